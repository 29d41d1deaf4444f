/** The pay button. In a browser its form leads to a code to scan; inside WeChat one pays in the chat. */

const insideWeChat = () => /MicroMessenger/i.test(navigator.userAgent) || typeof WeixinJSBridge !== "undefined";

document.querySelector("form[data-chat]").addEventListener("submit", (event) => {
  if (insideWeChat()) {
    event.preventDefault();
    location.assign(event.target.dataset.chat);
  }
});

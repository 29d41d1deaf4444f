/**
 * What WeChat puts into a page opened inside a chat: WeixinJSBridge and its ready event.
 *
 * The service's page loads this as it would load WeChat's script. The bridge exists only inside the chat of
 * the sandbox's phone, which names its frame "wechat"; elsewhere nothing is defined.
 *
 * To the phone:   {shimin: "pay", id, params} | {shimin: "close"}
 * From the phone: {shimin: "paid", id, err_msg}
 */
(() => {
  if (window.name !== "wechat" || window.parent === window) {
    return;
  }
  const phone = new URL(document.currentScript.src).origin;
  const waiting = new Map();
  let calls = 0;

  const pay = (params, callback) => {
    calls += 1;
    waiting.set(calls, callback);
    window.parent.postMessage({ shimin: "pay", id: calls, params }, phone);
  };

  const close = () => window.parent.postMessage({ shimin: "close" }, phone);

  const methods = { getBrandWCPayRequest: pay, closeWindow: close };

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== phone || event.data?.shimin !== "paid") {
      return;
    }
    const callback = waiting.get(event.data.id);
    waiting.delete(event.data.id);
    callback?.({ err_msg: event.data.err_msg });
  });

  window.WeixinJSBridge = {
    invoke(name, params, callback) {
      if (Object.hasOwn(methods, name)) {
        methods[name](params, callback);
      } else {
        callback?.({ err_msg: `${name}:fail_no permission` });
      }
    },
  };
  // Once the page is read, so that whatever its scripts set up hears it.
  const announce = () => document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", announce);
  } else {
    setTimeout(announce);
  }
})();

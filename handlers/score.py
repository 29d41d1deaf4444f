"""社会信用分 / social credit score: there is none; here are the separate records."""

from handlers.routing import Conversation, Reply, reading


@reading(
    "信用分",
    "社会信用分",
    "信用评分",
    "社会信用",
    "我的分数",
    "score",
    "social credit score",
    "social credit",
    "my score",
    account=False,
)
async def score(talk: Conversation) -> Reply:
    """社会信用分 / social credit score: there is none; here are the separate records. Touches no system."""
    actions = [("see_fines", "罚单"), ("see_points", "记分"), ("see_restrictions", "限制")]
    return talk.reply(talk.say("score.none"), actions=actions)

# 所有句子的简体中文版。键和变量与 en.ftl 相同，由测试核对。

# --- hello ---
start =
    { $name ->
        [none] 你好。
       *[other] 你好，{ $name }。
    }发一张自拍给我，它会变成这样的贴纸。
help =
    发一张有脸的照片，就会收到一张贴纸。

    照片下面：写上风格，比如“水彩”。#comic 只在这一次用某种风格。开头的表情就是贴纸的表情。
    引号里的字，比如“LOL”，会写在贴纸上。贴纸下面的“✏️ 编辑”可以改文字、描边、形状和表情。
    之后写的话，或者回复某张贴纸的话，都是说那张照片：“霓虹”会再画一次。
    用文件方式发送，照片能保留全部画质。
help-reactions = 贴纸下面的“😂 全部表情”会画出你的脸的十六种心情，每种都有自己的表情符号。
help-parameters = 只想改一张照片时，说明里也可以写 shape=badge、outline=white 或 seed=42。/settings 对所有照片生效。
help-commands =
    /style – 选择风格
    /seed – 固定一种画法，或每次都不同
    /pack – 你的贴纸
    /export – 把贴纸带到 WhatsApp 或 Signal
    /queue – 我正在做什么
    /cancel – 停下来
    /settings – 所有设置都在这里
    /language – 更换语言
    /privacy – 我保留什么、保留多久
    /forget – 全部删除
start-in-group = 用 /sticker 回复一张照片，我就把它做成贴纸。你自己的贴纸包在和我的私聊里。
button-open-chat = 打开聊天

# --- first minute ---
button-profile-photo = 🤳 用我的头像
button-done = 好了
press-no-profile-photo = 我看不到你的头像：可能没有，也可能被隐私设置隐藏了。发一张自拍给我吧。
press-done = 点一下贴纸就能添加贴纸包。你每发一张照片，就多一张贴纸。

# --- photos ---
progress-fetching = 收到。正在取你的照片……
progress-fetching-album = 收到。正在取你的这些照片……
progress-telegram-slow = 收到。Telegram 现在有点慢，我会继续取你的照片。
progress-queued =
    { $ahead ->
        [0] 下一个就是你。
       *[other] 正在排队，前面还有 { $ahead } 张贴纸。
    }
progress-warming-up = 收到。我还在热身，马上就做你的贴纸。
progress-started = 开始做你的贴纸……
progress-load = 正在换模型，请稍等……
progress-face = 正在找你的脸……
progress-cutout = 正在抠图……
progress-draw = 正在画你……
progress-finish = 正在加描边……
progress-pack = 正在放进你的贴纸包……
progress-drawing-all = 正在画：{ $done } / { $total }……
progress-pack-all = 正在把它们放进你的贴纸包……
progress-adding = 正在放进贴纸包：{ $done } / { $total }……
progress-adding-slowly = 正在放进贴纸包：{ $done } / { $total }……Telegram 每分钟只收几张，大约还要 { $minutes } 分钟。
progress-wait-all = 都画好了。Telegram 让我等 { $minutes } 分钟，之后我把剩下的放进你的贴纸包。
progress-wait =
    { $seconds ->
       *[other] 画好了。Telegram 让我等 { $seconds } 秒，之后我就放进你的贴纸包。
    }
progress-pack-slow = 画好了。Telegram 现在没有回应，我会继续试着放进你的贴纸包。
progress-send-slow = 画好了。Telegram 现在没有回应，我会继续试着发给你。
note-flagged = 这张结果我不能发：安全检查没有通过。换一张照片或换几个词试试。
cancelled = 已停止，什么都没做。

note-several-faces = 我看到好几张脸，选了最大的那张。
note-choose-face = 我看到好几张脸，选了最大的那张。想换一张就按数字。
note-photos-used = { $total } 张照片用了 { $used } 张。
note-best-photo = 你的 { $total } 张照片里，我选了最好的一张。
note-badge-fallback = 你的轮廓不够清楚，抠不下来，所以做成了圆形。
note-no-face = 这里没有脸，我抠出了最显眼的部分。
note-no-face-badge = 这里没有脸，我用了整张图片。
note-prompt-as-style = 风格是按你写的词选的。/style 看所有风格。
note-prompt-ignored = 我能换风格，但画不出你描述的东西。/style 看我会的风格。
note-prompt-unused = 这次没用上你写的词，风格不变。
news-first-pack = 这是你自己的贴纸包，谁有链接谁就能看到。
news-new-pack = 你原来的贴纸包被删了，我开了一个新的。
news-next-pack = 你的贴纸包满了，我开了下一个。
pack-loose = 贴纸做好了，但还没进贴纸包。过一会儿点“再试一次”。
news-first-pack-of-all = 这是你自己的贴纸包。打开它，就能加到你的键盘里。
stickers-added =
    { $total ->
        [1] 已经在你的贴纸包里了。
       *[other] { $total } 张都在你的贴纸包里了。
    }
reactions-added = { $total } 张都在你的贴纸包里了，每张都有自己的表情符号。
reactions-partly-added = { $total } 张里有 { $done } 张在你的贴纸包里，其余的 Telegram 没有收。
reactions-stopped =
    { $done ->
        [0] 已停止，贴纸包里什么都没加。
       *[other] 已停止。{ $total } 张里有 { $done } 张在你的贴纸包里。
    }

# --- what I cannot use ---
send-a-selfie = 先发一张自拍给我：一张脸，看着镜头。想说的话写在照片下面。
send-a-photo = 这个做不成贴纸。发一张照片给我吧。
is-animation = 这是会动的。发一张静态照片，我就能做成贴纸。
is-sticker = 这已经是贴纸了。发一张有脸的照片，我给你做张新的。
is-document = 这个文件做不成贴纸。请发照片：JPEG、PNG、WebP 或 HEIC。
unknown-command = 这个我不认识。/help 看我会做什么。
words-style = 好，这张照片用{ $style }。
words-emoji = 它的表情现在是 { $emoji }。
words-emoji-refused = Telegram 不接受用 { $emoji } 做贴纸的表情，换一个就行。
words-thanks = 不客气。想要的话，随时再发照片给我。
words-greeting = 你好。发一张照片，就又有一张贴纸。
words-unused = 这些词我用不上。写一种风格，比如“漫画”，或者再发一张照片。/style 看所有风格。

# --- editing a sticker ---
button-edit = ✏️ 编辑
button-text = 💬 文字
button-no-text = ✖️ 去掉文字
button-outline = 🖍 描边
button-outline-auto = ✨ 随风格
button-outline-none = 🚫 无
button-outline-thin = 细
button-outline-normal = 中
button-outline-thick = 粗
button-emoji = 😀 表情
button-keywords = 🏷 关键词
button-no-keywords = ✖️ 去掉关键词
button-png = 🖼 PNG 文件
button-restore = ↩️ 换回这张
press-restored = 之前那张已回到原位。
press-same = 已经是这样了。
press-emoji = 点选合适的，或用你自己的表情回复这张贴纸。
press-last-emoji = 贴纸至少要有一个表情。
note-replaced = 它取代了包里原来的那张。“撤销”可以换回来。
text-ask = 上面写什么？请回复，最多 { $most } 个字符。
text-coming = 会写在你的贴纸上。
text-too-long = 对贴纸来说太长了，最多 { $most } 个字符。
text-unwritable = 我这里没有 { $letters } 的字体。拉丁、西里尔和希腊字母总是可以的。
keywords-ask = 用哪些词能找到它？请回复，最多 { $most } 个，用逗号分开。
keywords-set = 可用这些词找到：{ $words }
keywords-none = 里面没有词。请用逗号分开回复。
keywords-too-many = Telegram 最多接受 { $most } 个词、共 { $chars } 个字符。请少写一些。
keywords-removed = 它不再有关键词了。

# --- errors, by code ---
error-no-face = 我没找到脸。换一张光线好、看着镜头的照片试试。
error-photo-empty = 这个文件是空的。请再发一次照片。
error-photo-too-big = 文件超过 20 MB 了。用普通照片的方式发，就够小了。
error-photo-too-many-pixels = 这张图的像素太多了。请用普通照片的方式发。
error-photo-too-small = 这张图太小，看不清脸。请发一张大一点的。
error-photo-truncated = 文件损坏或不完整。请再发一次照片。
error-photo-animated = 这是会动的。发一张静态照片，我就能做成贴纸。
error-not-a-photo = 这个文件做不成贴纸：它不是我能读的照片。可以用 JPEG、PNG、WebP 和 HEIC。
error-photo-gone = 那张照片我已经删了。再发一次，我们接着做。
error-file-gone = 那张我已经删了。请再发一次照片。
error-download-failed = 没能从 Telegram 取到你的照片。请再发一次。
error-too-many-jobs =
    { $limit ->
       *[other] 我一次只为你画 { $limit } 张贴纸。其他照片没有收下，等这些做好了再发一次吧。
    }
error-daily-limit =
    { $limit ->
       *[other] 今天的 { $limit } 张贴纸已经用完了。
    } { $hours ->
        [0] { $minutes } 分钟后可以再来。
       *[other] { $hours } 小时后可以再来。
    }
error-queue-full = 现在想要贴纸的人太多了。过几分钟再试。
error-no-such-job = 这张贴纸我这里已经没有了。请再发一次照片。
error-bad-seed = 种子是 0 到 4294967295 之间的整数，比如 /seed 42。用 /seed random，每张贴纸都不一样。
error-unknown-style = 我不认识这种风格。我会的有：
error-style-gone = 这种风格已经没有了。/style 看现在有哪些。
error-parameter-refused = 这个设置在这里用不了。
error-text-unwritable = 这些字我在这里写不到贴纸上。拉丁、西里尔和希腊字母总是可以的。
error-unsupported-model = 这种贴纸我在这里画不了。
error-engine-down = 我现在画不了。过一会儿再试。
error-storage = 我现在存不了东西。过几分钟再试。
not-stored-yet = 我现在存不了东西。你发来的不会丢：我一能处理就来处理。
error-busy = 我有点忙不过来。一分钟后再试。
error-broken = 我这边出了问题，编号 { $reference }，已经记下了。你可以再发一次照片。
error-pack-failed = Telegram 没让这张贴纸进你的贴纸包。过一会儿再试。
error-user-unreachable = 我还碰不到你的贴纸包。发送 /start 再试一次。
error-wait =
    { $seconds ->
       *[other] Telegram 让我等 { $seconds } 秒，之后再试。
    }

# --- styles ---
style-choose = 你的风格是{ $style }。想要哪一种？
style-chosen = 好，就用{ $style }。发一张照片给我吧。
style-for-photo = 这张照片用哪种风格？
model-current = 现在由 { $model } 来画，最后几个按钮可以换。
model-chosen = 好，就用 { $model }。发一张照片给我，也可以一次发几张。
model-face-to-sticker = 🎭 贴纸
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = 卡通
style-cel = 动画
style-comic = 漫画
style-caricature = 夸张漫画
style-popart = 波普艺术
style-poster = 海报
style-watercolour = 水彩
style-pencil = 铅笔
style-ink = 水墨
style-neon = 霓虹
style-pixel = 像素
style-photo = 照片

# --- groups ---
group-how = 用 /sticker 回复一张照片，我就把它做成贴纸。
group-anonymous = 贴纸需要有主人：请用你自己的身份发言，不要用群组或频道的身份。
group-off = 好的，我在这里保持安静。/sticker on 可以叫我回来。
group-on = 我回来了。用 /sticker 回复一张照片吧。
group-only-admins = 只有管理员可以这样做。
group-slow = 一下子要的贴纸太多了，请一分钟后再试。
group-no-stickers = 我不能在这里发贴纸，管理员可以开放权限。
guest-how = 回复一张照片并提到我，我就把它做成贴纸。
guest-fetch = 你的贴纸做好了。
button-fetch = ⬇️ 领取贴纸
button-agree = 👍 我的照片，可以进贴纸包
button-remove = 🗑 移除
press-agreed = 谢谢，现在可以放进贴纸包了。
press-not-author = 只有发照片的人可以这样说。
press-not-remove = 只有提出的人、发照片的人和管理员可以移除它。
press-removed = 已移除。
start-not-yours = 这张贴纸是别人的。发一张照片，你也会有自己的。
privacy-groups = 在群组里，别人的照片只会变成那个聊天里的一张贴纸，之后我就删除照片。只有本人同意才会进贴纸包，本人也可以移除它。
command-sticker = 把你回复的照片做成贴纸

# --- seed ---
seed-is-fixed = 你的种子是 { $seed }：同一张照片会得到同一张贴纸。
seed-is-random = 每张贴纸都会有点不同。
seed-how = /seed 42 会固定一种画法。
seed-last = 你上一张贴纸的种子是 { $seed }。
button-keep-variation = 📌 固定这种画法
button-keep-last = 📌 固定那一个
button-seed-random = 🎲 每次都换新的
press-kept = 已固定。以后你的贴纸都这样画；用 /seed 可以更改。
press-seed-random = 每张贴纸又会有点不同。

# --- every style of one photo ---
progress-styles = 正在为你试每一种风格……
styles-add = 点一种，它就成为一张新贴纸。
styles-swap = 点一种，它就取代你的那张贴纸。
button-styles-swap = 🔄 改为替换贴纸
button-styles-add = ➕ 改为新贴纸
press-is-in-pack = 它已经在你的贴纸包里了。

# --- settings ---
settings = 你的设置，对以后所有贴纸有效。点一项就能修改。
setting-saved = 已保存。
setting-style = 风格
setting-style-about = 你的贴纸用的风格。写在照片下面的词优先，只对那张照片有效。
setting-shape = 形状
setting-shape-about = 你在贴纸上的样子。自动：抠图，抠不了就做成圆形。
setting-shape-auto = 自动
setting-outline = 描边
setting-outline-about = 你周围的边。随风格：每种风格有自己的边。
setting-outline-auto = 随风格
setting-outline-white = ⚪ 白色
setting-outline-black = ⚫ 黑色
setting-outline-none = 无
setting-model = 模型
setting-model-about = 由谁来画你的贴纸。
setting-speed = 画法
setting-speed-about = 快速走的步数少，精细走得多，也更久。
setting-speed-normal = 普通
setting-speed-quick = 快速
setting-speed-fine = 精细
setting-likeness = 相像
setting-likeness-about = 保留多少你自己的脸。越像，留给风格的余地越小。
setting-likeness-normal = 普通
setting-likeness-less = 少一点
setting-likeness-more = 多一点
setting-strength = 风格强度
setting-strength-about = 我多严格地照着风格和你的词来画。
setting-strength-normal = 普通
setting-strength-soft = 柔和
setting-strength-strong = 强烈
setting-pack = 放进贴纸包
setting-pack-about = 自动：每张贴纸直接进你的贴纸包。我要才放：贴纸下面有按钮，按了才放进去。全部表情总是会放进去。
setting-pack-on = 自动
setting-pack-off = 我要才放
setting-photo = 我的照片
setting-photo-about = 你的照片我保留多久。“再来一张”、“风格”等重画功能只在这段时间有用。不保留：贴纸做好就删。
setting-photo-usual = { $hours } 小时
setting-photo-hour = 1 小时
setting-photo-none = 不保留
setting-language = 语言
setting-language-about = 用哪种语言？
setting-news = 消息
setting-news-about = 管理这个机器人的人偶尔会写给所有人。关：不写给你。
setting-news-on = 开
setting-news-off = 关
news-on = 你又会收到消息了。
news-off = 不再发消息了。用 /settings 可以恢复。
button-news-off = 🔕 不再接收
button-news-on = 🔔 重新接收

# --- key=value in a caption ---
parameter-unknown = 没有“{ $name }”。我认识 { $nearest }。
parameter-useless = “{ $name }”在这里没有作用。我认识 { $nearest }。
parameter-range = { $name } 的范围是 { $least } 到 { $most }，不能是 { $value }。
parameter-whole = { $name } 是 { $least } 到 { $most } 之间的整数，不能是 { $value }。
parameter-choice = { $name } 只能是 { $choices } 之一，不能是 { $value }。
parameter-kept = 你的照片还在我这里：改好了再写一次就行。
button-without = ✨ 不用它，直接画

# --- operators ---
operators-paused = 已暂停。照片照收，等到 /resume 再画。
operators-is-paused = 已暂停。/resume 继续。
operators-resumed = 继续了。
operators-not-paused = 现在没有暂停。
operators-chart = 最近 { $days } 天（UTC）：🟦 已结束，🟥 其中失败，🟩 人数，🟨 从照片到贴纸的秒数中位数。
operators-no-ban = 运营者不能被封禁。
operators-banned = { $person } 已被封禁，取消了 { $count } 张贴纸。
operators-unbanned = { $person } 可以回来了。
operators-not-banned = { $person } 没有被封禁。
operators-whom = 请写 Telegram 编号，如 /ban 1234，或者对方某张贴纸的编号开头，如 /ban job 3f9a1c。
operators-no-job = 没有贴纸是这个编号。它是消息或日志里贴纸编号的开头。
banned = 你不能再用这个机器人了。
progress-paused = 收到。我在休息，回来就画你的贴纸。
press-paused = 我在休息，回来就画。
queue-paused = 我在休息，回来就全部画好。
broadcast-empty = 请写上要发给大家的话，如 /broadcast 你好。
broadcast-ask = 看起来就是这样。发给 { $count } 个人吗？
broadcast-sending = 正在发送，结束后告诉你。
broadcast-dropped = 谁也不会收到。
button-broadcast-send = 📣 发送
button-broadcast-drop = ✖️ 不发了
broadcast-sent = { $count } 个人收到了。
broadcast-blocked = { $count } 个人屏蔽了机器人。
broadcast-failed = { $count } 个人联系不上。
broadcast-begun = { $count } 个人不清楚是否收到：连接断了。没有发第二次。
alarm-queue = ⚠️ 最早的贴纸已经等了 { $minutes } 分钟。
alarm-queue-over = ✅ 队伍又短了。
alarm-disk = ⚠️ 磁盘快满了：还剩 { $megabytes } MB。
alarm-disk-over = ✅ 磁盘又有空间了：{ $megabytes } MB。
alarm-engine = ⚠️ 引擎坏了，已重新启动，正在加载。
alarm-engine-over = ✅ 引擎又能画了。
alarm-telegram-over = ⚠️ 有 { $minutes } 分钟连不上 Telegram。✅ 现在恢复了。

# --- packs, queue ---
pack-none = 你还没有贴纸。发一张自拍给我，马上就有。
pack-list =
    { $count ->
       *[other] 你有 { $count } 个贴纸包：
    }
pack-line =
    { $stickers ->
       *[other] { $title } – { $stickers } 张贴纸
    }
queue-none = 我现在没在为你做什么。发一张照片给我吧。
queue-running = 正在画。
queue-waiting =
    { $ahead ->
        [0] 下一个就是它。
       *[other] 正在排队，前面还有 { $ahead } 张。
    }
queue-fetching = 正在取照片。
queue-drawn =
    { $count ->
       *[other] { $count } 张已经画好，在等 Telegram。
    }
queue-adding = 正在放进你的贴纸包。
cancel-none = 没有什么可停的。
cancel-done =
    { $count ->
       *[other] 已停止 { $count } 张贴纸。
    }
cancel-drawn =
    { $count ->
       *[other] { $count } 张已经画好，还是会发来。
    }

# --- my packs ---
pack-takes-next = 下一张贴纸会放进这里。
pack-chosen = 下一张贴纸会放进“{ $title }”。
pack-ask-new = 新贴纸包叫什么名字？
pack-ask-title = “{ $title }”要改成什么名字？
pack-title-refused = 名称要有 1 到 64 个字。请再发一个。
pack-planned = “{ $title }”会从你的下一张贴纸开始。
pack-renamed = 现在叫“{ $title }”了。
pack-delete-ask = 要删除“{ $title }”和里面的所有贴纸吗？删了就找不回来了。
pack-deleted = 贴纸包已删除。
pack-already-deleted = 这个贴纸包已经不在了。
news-planned-pack = 这是你新贴纸包的第一张贴纸。
sticker-not-there = 这张贴纸已经不在你的贴纸包里了。
sticker-ask-emoji = 现在是 { $emoji }。要换成哪个表情？可以发好几个。
sticker-no-emoji = 请发一个或几个表情。
sticker-is-icon = 它现在是贴纸包的图标了。
sticker-place = 第 { $place } 张，共 { $total } 张。
sticker-about = 这是你的贴纸：{ $emoji }
sticker-about-words = 这是你的贴纸：{ $emoji }，搜索 { $words } 能找到它
is-foreign-sticker = 这张贴纸不在我为你做的贴纸包里，我没法修改它。
button-show-pack = 👀 看看
button-share-pack = 📤 分享
button-send-sticker = 💬 发送一张
button-rename = ✏️ 重命名
button-delete-pack = 🗑 删除贴纸包
button-delete-really = 🗑 是的，删除
button-next-here = ⭐ 下一张放这里
button-new-pack = ➕ 新贴纸包
button-all-packs = ‹ 全部
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 表情
button-own-keywords = 🏷 关键词
button-icon = 🖼 设为图标
button-take-out = 🗑 移出
button-take-out-really = 🗑 是的，移出

# --- inline ---
button-inline-first = ✨ 制作你的第一张贴纸
button-inline-none = 没有这样的贴纸，做一张吧
button-inline-new = ✨ 做一张新的

# --- export ---
export-which = 哪个贴纸包？
export-where = “{ $title }”要带去哪里？
export-packing = 正在打包 { $done }/{ $total }……
export-already = 我已经在打包了。
export-few = WhatsApp 的贴纸包至少要有 3 张；这个有 { $count } 张。
export-empty = 里面没有贴纸。
export-failed = Telegram 现在不给我贴纸。请稍后再试。
export-done-whatsapp = 用于 WhatsApp：{ $total } 张贴纸中的 { $count } 张。
export-done-signal = 用于 Signal：{ $total } 张贴纸中的 { $count } 张。用电脑版 Signal 做成贴纸包。
button-export = ⬇️ WhatsApp、Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = 把贴纸带到 WhatsApp 或 Signal

# --- emoji mosaic ---
mosaic-done = 用 { $count } 个表情拼成的你。有 Telegram Premium 就能在任何地方发送。
mosaic-deleted = 表情已删除。
button-mosaic = 🧩 做成表情
button-open-emoji = 🧩 打开表情
button-delete-emoji = 🗑 删除

# --- privacy ---
privacy =
    { $hours ->
        [0] 按你的选择，我不保留你的照片：贴纸做好就删。
       *[other] 你的照片我保留 { $hours } 小时，这样你可以再要一个版本。之后会自动删除。
    }
    拍摄地点和其他隐藏信息会立刻丢掉。
    { $days ->
       *[other] 做好的贴纸和你写在照片下面的话，我保留 { $days } 天；你选的风格和你的 Telegram ID，保留到你让我忘掉为止。
    }
    这些我不会给任何人。贴纸包不一样：谁有贴纸包的链接，谁就能看到它。/forget 会删除我保留的一切。
forget-ask = 要删除我知道的关于你的一切吗？包括你的照片、这里的贴纸和设置。Telegram 上的贴纸包会留着，除非你也一起删掉。
forget-done = 好了，我已经忘了你。想重新开始，随时发照片给我。
forget-done-packs = 好了，我已经忘了你，你的贴纸包也删掉了。
forget-kept = 什么都没有删。
consent = 你的贴纸会放进一个贴纸包，谁有链接谁就能看到。/privacy
forget-packs =
    { $count ->
       *[other] { $count } 个贴纸包
    }
forget-requests =
    { $count ->
       *[other] { $count } 个请求和其中的话
    }
forget-stickers =
    { $count ->
       *[other] { $count } 张贴纸
    }
forget-photos =
    { $count ->
       *[other] { $count } 张照片
    }
forget-deleted = 已删除：{ $what }。

# --- language ---
language-choose = 用哪种语言？
language-chosen = 好，就用中文。

# --- buttons ---
button-another = 🔁 再来一张
button-style = 🎨 风格
button-badge = ⭕ 改成圆形
button-cutout = ✂️ 改成抠图
button-shape = ✂️ 形状
button-shape-bust = 👤 半身
button-shape-figure = 🧍 全身
button-shape-head = 🎈 大头
button-shape-badge = ⭕ 圆形
button-back = ‹ 返回
button-anyway = ✨ 还是做一张
button-reactions = 😂 全部表情
button-undo-all = ↩️ 全部撤销
button-undo = ↩️ 撤销
button-put-back = ➕ 放回去
button-put-all-back = ➕ 全部放回去
button-open-pack = 📦 打开贴纸包
button-add = ➕ 再试一次
button-add-to-pack = ➕ 放进我的贴纸包
button-cancel = ✖️ 停止
button-forget = 全部删除
button-forget-packs = 连贴纸包一起全部删除
button-keep = 全部保留

# --- short answers to a press ---
press-drawing = 这就来。
press-already = 已经在画了。
press-already-all = 已经在做了。
press-undone = 已从你的贴纸包里拿出来。
press-already-undone = 它早就不在你的贴纸包里了。
press-all-there = 它们已经在你的贴纸包里了。
press-undone-all = 全部从你的贴纸包里拿出来了。
press-already-undone-all = 它们早就不在你的贴纸包里了。
press-back = 它又回到你的贴纸包里了。
press-added = 现在在你的贴纸包里了。
press-working = 稍等……
press-stopped = 已停止。
press-too-late = 已经做好了。
press-stale = 这个按钮已经没用了。发一张照片给我吧。
press-not-yours = 这个按钮是别人的。

# --- profile ---
about = 发一张自拍，收到一张贴纸。每张贴纸都放进你自己的贴纸包，哪个聊天都能用。
about-short = 把你的自拍变成贴纸，放进你自己的贴纸包。
command-start = 打个招呼
command-style = 选择风格
command-seed = 固定一种画法
command-pack = 你的贴纸
command-queue = 我正在做什么
command-cancel = 停下来
command-language = 更换语言
command-settings = 你的设置
command-privacy = 我保留什么
command-forget = 删除我的数据
command-help = 怎么用
command-stats = 最近几天
command-pause = 暂停画新的
command-resume = 继续画
command-ban = 封禁某人
command-unban = 解除封禁
command-job = 查一张贴纸
command-broadcast = 写给所有人

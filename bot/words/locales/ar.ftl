# كل الجمل بالعربية. المفاتيح والمتغيرات هي نفسها في en.ftl، ويقارنها اختبار.

# --- hello ---
start =
    { $name ->
        [none] مرحبًا.
       *[other] مرحبًا { $name }.
    } أرسل لي صورة سيلفي: ستصبح ملصقًا كهذه.
help =
    أرسل صورة يظهر فيها وجه، ويعود إليك ملصق.

    تحت الصورة: كلمات للأسلوب، مثل «ألوان مائية». الوسم #comic يختار أسلوبًا لهذه المرة فقط. والإيموجي في البداية يصبح إيموجي الملصق.
    ما يوضع بين علامتي تنصيص، مثل «LOL»، يُكتب على الملصق. وزر «✏️ تعديل» تحته يغيّر النص والإطار والشكل والإيموجي.
    ما تكتبه بعدها، أو ردًّا على ملصق، يخصّ تلك الصورة: «نيون» يرسمها مرة أخرى.
    إذا أُرسلت الصورة كملف احتفظت بكامل جودتها.
help-reactions = زر «😂 كل التعابير» تحت الملصق يرسم وجهك في ستة عشر مزاجًا، لكل منها إيموجي خاص به.
help-parameters = لصورة واحدة فقط يقبل التعليق أيضًا shape=badge أو outline=white أو seed=42. والأمر /settings يحفظ مثل ذلك للجميع.
help-commands =
    /style – اختيار أسلوبك
    /seed – رسمة ثابتة، أو جديدة كل مرة
    /pack – ملصقاتك
    /export – ملصقاتك من أجل WhatsApp أو Signal
    /queue – ما أعمل عليه الآن
    /cancel – إيقافه
    /settings – كل ذلك في مكان واحد وأكثر
    /language – تغيير اللغة
    /privacy – ما أحتفظ به وإلى متى
    /forget – حذف كل شيء
start-in-group = ردّ على صورة بالأمر /sticker وسأصنع منها ملصقًا. حزمتك الخاصة معي في محادثة خاصة.
button-open-chat = فتح المحادثة

# --- first minute ---
button-profile-photo = 🤳 استخدم صورة ملفي الشخصي
button-done = تم
press-no-profile-photo = لا أرى صورة لملفك الشخصي: إما لا توجد أو تخفيها إعدادات الخصوصية. أرسل لي صورة سيلفي.
press-done = المس الملصق لتضيف الحزمة. كل صورة ترسلها تصبح ملصقًا آخر.

# --- photos ---
progress-fetching = وصلت. أحضر صورتك…
progress-fetching-album = وصلت. أحضر صورك…
progress-telegram-slow = وصلت. Telegram بطيء الآن، وما زلت أحاول إحضار صورتك.
progress-queued =
    { $ahead ->
        [0] دورك هو التالي.
        [zero] دورك هو التالي.
        [one] في الدور، وأمامك ملصق واحد.
        [two] في الدور، وأمامك ملصقان.
        [few] في الدور، وأمامك { $ahead } ملصقات.
        [many] في الدور، وأمامك { $ahead } ملصقًا.
       *[other] في الدور، وأمامك { $ahead } ملصق.
    }
progress-warming-up = وصلت. ما زلت أستعدّ، وملصقك يأتي بعدها مباشرة.
progress-started = أبدأ ملصقك…
progress-load = أبدّل النموذج، لحظة من فضلك…
progress-face = أبحث عن وجهك…
progress-cutout = أقصّ صورتك…
progress-draw = أرسمك…
progress-finish = أضيف الإطار…
progress-pack = أضعه في حزمتك…
progress-drawing-all = أرسم { $done } من { $total }…
progress-pack-all = أضعها في حزمتك…
progress-adding = إلى حزمتك: { $done } من { $total }…
progress-adding-slowly = إلى حزمتك: { $done } من { $total }… يقبل Telegram القليل كل دقيقة، وبقي نحو { $minutes } د.
progress-wait-all = اكتمل الرسم. يطلب مني Telegram الانتظار { $minutes } د، ثم أضيف الباقي إلى حزمتك.
progress-wait =
    { $seconds ->
        [zero] اكتمل الرسم، وأضيفه الآن إلى حزمتك.
        [one] اكتمل الرسم. يطلب مني Telegram الانتظار ثانية واحدة، ثم أضيفه إلى حزمتك.
        [two] اكتمل الرسم. يطلب مني Telegram الانتظار ثانيتين، ثم أضيفه إلى حزمتك.
        [few] اكتمل الرسم. يطلب مني Telegram الانتظار { $seconds } ثوانٍ، ثم أضيفه إلى حزمتك.
        [many] اكتمل الرسم. يطلب مني Telegram الانتظار { $seconds } ثانيةً، ثم أضيفه إلى حزمتك.
       *[other] اكتمل الرسم. يطلب مني Telegram الانتظار { $seconds } ثانية، ثم أضيفه إلى حزمتك.
    }
progress-pack-slow = اكتمل الرسم. Telegram لا يستجيب الآن، وما زلت أحاول إضافته إلى حزمتك.
progress-send-slow = اكتمل الرسم. Telegram لا يستجيب الآن، وما زلت أحاول إرساله.
note-flagged = لن أرسل ما نتج: لم يجتز فحص الأمان. جرّب صورة أخرى أو كلمات أخرى.
cancelled = توقّفت. لم يُصنع شيء.

note-several-faces = رأيت عدة وجوه وأخذت أكبرها.
note-choose-face = رأيت عدة وجوه وأخذت أكبرها. اضغط رقمًا لاختيار غيره.
note-photos-used = استخدمت { $used } من { $total } من الصور.
note-best-photo = أخذت الأفضل من صورك، وعددها { $total }.
note-badge-fallback = لم تكن حدودك واضحة بما يكفي للقصّ، فجاء الملصق دائريًا.
note-no-face = لا وجه هنا، فقصصت أكثر ما يلفت النظر.
note-no-face-badge = لا وجه هنا، فأخذت الصورة كلها.
note-prompt-as-style = اخترت الأسلوب من كلماتك. الأمر /style يعرضها كلها.
note-prompt-ignored = أغيّر الأسلوب، لكني لا أرسم ما تصفه كلماتك. الأمر /style يعرض ما أعرفه.
note-prompt-unused = لم أستطع استخدام كلماتك هذه المرة، والأسلوب كما هو.
news-first-pack = هذه حزمتك الخاصة، ويراها كل من لديه رابطها.
news-new-pack = حُذفت حزمتك القديمة، فبدأت لك حزمة جديدة.
news-next-pack = امتلأت حزمتك، فبدأت لك التالية.
pack-loose = ملصقك جاهز، لكنه ليس في حزمتك بعد. المس «إعادة المحاولة» بعد قليل.
news-first-pack-of-all = إنها حزمتك الخاصة. افتحها لتضيفها إلى لوحة مفاتيحك.
stickers-added =
    { $total ->
        [zero] لا جديد في حزمتك.
        [one] إنه في حزمتك.
        [two] كلاهما في حزمتك.
        [few] { $total } ملصقات، كلها في حزمتك.
        [many] { $total } ملصقًا، كلها في حزمتك.
       *[other] { $total } ملصق، كلها في حزمتك.
    }
reactions-added = كلها في حزمتك، وعددها { $total }، لكل منها إيموجي خاص به.
reactions-partly-added = { $done } من { $total } في حزمتك. لم يقبل Telegram البقية.
reactions-stopped =
    { $done ->
        [0] توقّفت. لم يُضف شيء إلى حزمتك.
       *[other] توقّفت. { $done } من { $total } في حزمتك.
    }

# --- what I cannot use ---
send-a-selfie = أرسل لي أولًا صورة سيلفي: وجه واحد ينظر إلى الكاميرا. والكلمات تحت الصورة.
send-a-photo = لا أستطيع أن أصنع ملصقًا من هذا. أرسل لي صورة.
is-animation = هذه متحركة. أرسل لي صورة ثابتة وسأصنع منها ملصقًا.
is-sticker = هذا ملصق أصلًا. أرسل لي صورة فيها وجه وسأصنع لك ملصقًا جديدًا.
is-document = لا أستطيع أن أصنع ملصقًا من هذا الملف. أرسل صورة: JPEG أو PNG أو WebP أو HEIC.
unknown-command = هذا لا أعرفه. الأمر /help يعرض ما أستطيع.
words-style = حسنًا، { $style } لهذه الصورة.
words-emoji = الإيموجي الخاص به الآن { $emoji }.
words-emoji-refused = لا يقبل Telegram { $emoji } للملصقات. جرّب إيموجي آخر.
words-thanks = على الرحب والسعة. أرسل لي صورة أخرى متى شئت.
words-greeting = مرحبًا. أرسل لي صورة، ويأتيك ملصق آخر.
words-unused = لا أعرف ما أفعل بهذا. اذكر أسلوبًا، مثل «كوميكس»، أو أرسل صورة أخرى. الأمر /style يعرض الأساليب.

# --- editing a sticker ---
button-edit = ✏️ تعديل
button-text = 💬 نص
button-no-text = ✖️ بلا نص
button-outline = 🖍 الإطار
button-outline-auto = ✨ كما في الأسلوب
button-outline-none = 🚫 بدون
button-outline-thin = رفيع
button-outline-normal = عادي
button-outline-thick = سميك
button-emoji = 😀 الإيموجي
button-keywords = 🏷 كلمات البحث
button-no-keywords = ✖️ بلا كلمات بحث
button-png = 🖼 ملف PNG
button-restore = ↩️ استرجاع هذا
press-restored = عاد الملصق السابق إلى مكانه.
press-same = هو هكذا بالفعل.
press-emoji = اختر ما يناسب، أو رُدّ على الملصق بما تريد.
press-last-emoji = يحتاج الملصق إلى إيموجي واحد على الأقل.
note-replaced = أخذ مكان القديم في حزمتك. «تراجع» يعيد القديم.
text-ask = ماذا نكتب عليه؟ رُدّ بنص لا يزيد على { $most } حرفًا.
text-coming = سيُكتب ذلك على ملصقك.
text-too-long = هذا أطول من أن يُقرأ على ملصق. الحد { $most } حرفًا.
text-unwritable = لا أملك هنا حروفًا لـ { $letters }. اللاتينية والسيريلية واليونانية تعمل دائمًا.
keywords-ask = ما الكلمات التي تدلّ عليه؟ رُدّ بما لا يزيد على { $most } كلمة تفصلها فواصل.
keywords-set = يُعثر عليه بـ: { $words }
keywords-none = لم تكن فيه كلمة. رُدّ بكلمات تفصلها فواصل.
keywords-too-many = يقبل Telegram عدد { $most } كلمة بمجموع { $chars } حرفًا. جرّب أقل.
keywords-removed = لم تعد له كلمات بحث.

# --- errors, by code ---
error-no-face = لا أجد وجهًا هنا. جرّب صورة بإضاءة جيدة تنظر فيها إلى الكاميرا.
error-photo-empty = الملف فارغ. أرسل الصورة مرة أخرى.
error-photo-too-big = الملف أكبر من 20 ميغابايت. أرسله كصورة عادية فيصبح صغيرًا بما يكفي.
error-photo-too-many-pixels = في هذه الصورة بكسلات أكثر مما أحتمل. أرسلها كصورة عادية.
error-photo-too-small = الصورة أصغر من أن يُرى فيها وجه. أرسل صورة أكبر.
error-photo-truncated = الملف تالف أو غير مكتمل. أرسل الصورة مرة أخرى.
error-photo-animated = هذه متحركة. أرسل لي صورة ثابتة وسأصنع منها ملصقًا.
error-not-a-photo = لا أستطيع أن أصنع ملصقًا من هذا الملف: ليس صورة أقدر على قراءتها. تصلح JPEG و PNG و WebP و HEIC.
error-photo-gone = لقد حذفت تلك الصورة. أرسلها مرة أخرى ونكمل.
error-file-gone = لقد حذفته. أرسل الصورة مرة أخرى.
error-download-failed = لم أستطع إحضار صورتك من Telegram. أرسلها مرة أخرى.
error-too-many-jobs =
    { $limit ->
        [zero] لم آخذ الصور الأخرى. أرسلها مرة أخرى لاحقًا.
        [one] أرسم لك ملصقًا واحدًا في المرة. لم آخذ الصور الأخرى: أرسلها مرة أخرى حين يجهز.
        [two] أرسم لك ملصقين في المرة. لم آخذ الصور الأخرى: أرسلها مرة أخرى حين يجهزان.
        [few] أرسم لك { $limit } ملصقات في المرة. لم آخذ الصور الأخرى: أرسلها مرة أخرى حين تجهز.
        [many] أرسم لك { $limit } ملصقًا في المرة. لم آخذ الصور الأخرى: أرسلها مرة أخرى حين تجهز.
       *[other] أرسم لك { $limit } ملصق في المرة. لم آخذ الصور الأخرى: أرسلها مرة أخرى حين تجهز.
    }
error-daily-limit =
    { $limit ->
        [zero] لا مزيد من الملصقات اليوم.
        [one] كان هذا ملصقك لهذا اليوم.
        [two] كان هذان ملصقيك لهذا اليوم.
        [few] كانت هذه ملصقاتك لهذا اليوم، وعددها { $limit }.
        [many] كانت هذه ملصقاتك لهذا اليوم، وعددها { $limit }.
       *[other] كانت هذه ملصقاتك لهذا اليوم، وعددها { $limit }.
    } { $hours ->
        [0] التالي ممكن بعد { $minutes } د.
       *[other] التالي ممكن بعد { $hours } س.
    }
error-queue-full = كثيرون يريدون ملصقات الآن. حاول بعد بضع دقائق.
error-no-such-job = لم يعد هذا الملصق عندي. أرسل الصورة مرة أخرى.
error-bad-seed = البذرة عدد صحيح من 0 إلى 4294967295، مثل /seed 42. ومع /seed random يأتي كل ملصق مختلفًا.
error-unknown-style = لا أعرف هذا الأسلوب. هذه هي التي عندي:
error-style-gone = لم يعد هذا الأسلوب موجودًا. الأمر /style يعرض ما عندي.
error-parameter-refused = لا أستطيع استخدام هذا الإعداد هنا.
error-text-unwritable = لا أستطيع كتابة هذه الحروف على ملصق هنا. اللاتينية والسيريلية واليونانية تصلح دائمًا.
error-unsupported-model = لا أستطيع رسم هذا النوع من الملصقات هنا.
error-engine-down = لا أستطيع الرسم الآن. حاول لاحقًا.
error-storage = لا أستطيع حفظ شيء الآن. حاول بعد بضع دقائق.
not-stored-yet = لا أستطيع حفظ شيء الآن. ما أرسلته لن يضيع: سأهتم به حالما أستطيع.
error-busy = عندي عمل كثير الآن. حاول بعد دقيقة.
error-broken = تعطّل شيء عندي، المرجع { $reference }. لقد سُجّل. يمكنك إرسال الصورة مرة أخرى.
error-pack-failed = لم يقبل Telegram الملصق في حزمتك. حاول بعد قليل.
error-user-unreachable = لا أصل إلى حزمتك بعد. أرسل /start وحاول مرة أخرى.
error-wait =
    { $seconds ->
        [zero] حاول مرة أخرى الآن.
        [one] يطلب مني Telegram الانتظار ثانية واحدة. حاول بعدها.
        [two] يطلب مني Telegram الانتظار ثانيتين. حاول بعدهما.
        [few] يطلب مني Telegram الانتظار { $seconds } ثوانٍ. حاول بعدها.
        [many] يطلب مني Telegram الانتظار { $seconds } ثانيةً. حاول بعدها.
       *[other] يطلب مني Telegram الانتظار { $seconds } ثانية. حاول بعدها.
    }

# --- styles ---
style-choose = أسلوبك هو { $style }. أيّها تريد؟
style-chosen = حسنًا، { $style }. أرسل لي صورة.
style-for-photo = أيّ أسلوب لهذه الصورة؟
model-current = يرسم الآن { $model }، والأزرار الأخيرة تغيّر ذلك.
model-chosen = حسنًا، { $model }. أرسل لي صورة، أو عدة صور معًا.
model-face-to-sticker = 🎭 ملصق
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = كرتون
style-cel = رسوم متحركة
style-comic = كوميكس
style-caricature = كاريكاتير
style-popart = بوب آرت
style-poster = بوستر
style-watercolour = ألوان مائية
style-pencil = قلم رصاص
style-ink = حبر
style-neon = نيون
style-pixel = بكسل
style-photo = صورة

# --- groups ---
group-how = ردّ على صورة بالأمر /sticker وسأصنع منها ملصقًا.
group-anonymous = الملصق يحتاج إلى صاحب: اكتب باسمك، لا باسم مجموعة أو قناة.
group-off = حسنًا، سأصمت هنا. يعيدني الأمر /sticker on.
group-on = لقد عدت. ردّ على صورة بالأمر /sticker.
group-only-admins = هذا للمشرفين فقط.
group-slow = هذه ملصقات كثيرة دفعة واحدة. حاول مجددًا بعد دقيقة.
group-no-stickers = لا يمكنني إرسال الملصقات هنا. يستطيع أحد المشرفين السماح بذلك.
guest-how = ردّ على صورة واذكرني، وسأصنع منها ملصقًا.
guest-fetch = ملصقك جاهز.
button-fetch = ⬇️ خذ الملصق
button-agree = 👍 صورتي، لا مانع من الحزمة
button-remove = 🗑 إزالة
press-agreed = شكرًا. يمكن أن يدخل الحزمة الآن.
press-not-author = لا يقول ذلك إلا من أرسل الصورة.
press-not-remove = لا يزيله إلا من طلبه أو من أرسل الصورة أو أحد المشرفين.
press-removed = أُزيل.
start-not-yours = هذا الملصق لشخص آخر. أرسل لي صورة وسيكون لك ملصقك.
privacy-groups = في المجموعات لا تصبح صورة شخص آخر إلا ملصقًا في تلك المحادثة، ثم أحذف الصورة. ولا يدخل حزمة إلا بموافقة ذلك الشخص، ويمكنه إزالته.
command-sticker = ملصق من الصورة التي ترد عليها

# --- seed ---
seed-is-fixed = بذرتك هي { $seed }: الصورة نفسها تعطي الملصق نفسه.
seed-is-random = كل ملصق يأتي مختلفًا قليلًا.
seed-how = الأمر /seed 42 يثبّت رسمة واحدة.
seed-last = بذرة ملصقك الأخير هي { $seed }.
button-keep-variation = 📌 ثبّت هذه الرسمة
button-keep-last = 📌 ثبّت تلك
button-seed-random = 🎲 واحدة جديدة كل مرة
press-kept = ثُبّتت. كل ملصقاتك تأتي هكذا الآن؛ الأمر /seed يغيّر ذلك.
press-seed-random = كل ملصق يأتي مختلفًا قليلًا من جديد.

# --- every style of one photo ---
progress-styles = أجرّب عليك كل الأساليب…
styles-add = المس واحدًا لتحصل عليه ملصقًا جديدًا.
styles-swap = المس واحدًا ليأخذ مكان ملصقك.
button-styles-swap = 🔄 بل استبدل الملصق
button-styles-add = ➕ بل ملصقًا جديدًا
press-is-in-pack = إنه في حزمتك بالفعل.

# --- settings ---
settings = إعداداتك، لكل الملصقات القادمة. المس أحدها لتغييره.
setting-saved = حُفظ.
setting-style = الأسلوب
setting-style-about = أسلوب ملصقاتك. كلمة تحت الصورة تتقدّم عليه، لتلك الصورة فقط.
setting-shape = الشكل
setting-shape-about = هيئتك على الملصق. تلقائي: مقصوص، ودائري حين لا ينجح القصّ.
setting-shape-auto = تلقائي
setting-outline = الإطار
setting-outline-about = الحدّ المحيط بك. حسب الأسلوب: لكل أسلوب حدّه.
setting-outline-auto = حسب الأسلوب
setting-outline-white = ⚪ أبيض
setting-outline-black = ⚫ أسود
setting-outline-none = بلا إطار
setting-model = النموذج
setting-model-about = ما يرسم ملصقاتك.
setting-speed = الرسم
setting-speed-about = السريع خطواته أقل، والدقيق خطواته أكثر ووقته أطول.
setting-speed-normal = عادي
setting-speed-quick = سريع
setting-speed-fine = دقيق
setting-likeness = الشبه
setting-likeness-about = كم يبقى من وجهك. كلما زاد الشبه ضاق المجال أمام الأسلوب.
setting-likeness-normal = عادي
setting-likeness-less = أقل
setting-likeness-more = أكثر
setting-strength = قوة الأسلوب
setting-strength-about = إلى أي حدّ ألتزم بالأسلوب وبكلماتك.
setting-strength-normal = عادية
setting-strength-soft = خفيفة
setting-strength-strong = قوية
setting-pack = إلى الحزمة
setting-pack-about = تلقائيًا: كل ملصق يدخل حزمتك مباشرة. حين أطلب: يأتي ومعه زر يضيفه. كل التعابير تدخل الحزمة في الحالتين.
setting-pack-on = تلقائيًا
setting-pack-off = حين أطلب
setting-photo = صورتي
setting-photo-about = كم أحتفظ بصورتك. «واحد آخر» و«الأساليب» وكل ما يعيد رسمها لا يعمل إلا خلال هذه المدة. أبدًا: تُحذف حين يصل الملصق.
setting-photo-usual = { $hours } س
setting-photo-hour = 1 س
setting-photo-none = أبدًا
setting-language = اللغة
setting-language-about = أيّ لغة؟
setting-news = الأخبار
setting-news-about = من حين لآخر يكتب أصحاب هذا البوت إلى الجميع. متوقفة: لا يكتبون إليك.
setting-news-on = مفعّلة
setting-news-off = متوقفة
news-on = ستصلك الأخبار من جديد.
news-off = لا مزيد من الأخبار. الأمر /settings يعيدها.
button-news-off = 🔕 لا أريد المزيد
button-news-on = 🔔 أريدها من جديد

# --- key=value in a caption ---
parameter-unknown = لا يوجد «{ $name }». أعرف { $nearest }.
parameter-useless = لا يغيّر «{ $name }» شيئًا هنا. أعرف { $nearest }.
parameter-range = قيمة { $name } من { $least } إلى { $most }، وليست { $value }.
parameter-whole = قيمة { $name } عدد صحيح من { $least } إلى { $most }، وليست { $value }.
parameter-choice = قيمة { $name } واحدة من { $choices }، وليست { $value }.
parameter-kept = صورتك ما زالت عندي: اكتبها من جديد مصحّحةً فقط.
button-without = ✨ ارسم من دونها

# --- operators ---
operators-paused = متوقّف مؤقتًا. الصور تُقبل وتنتظر حتى /resume.
operators-is-paused = متوقّف مؤقتًا. الأمر /resume يواصل.
operators-resumed = أواصل الآن.
operators-not-paused = لست متوقّفًا.
operators-chart = آخر الأيام (UTC)، وعددها { $days }: 🟦 ما انتهى، 🟥 ما فشل منه، 🟩 الأشخاص، 🟨 وسيط الثواني من الصورة إلى الملصق.
operators-no-ban = لا يمكن حظر مشغّل.
operators-banned = تم حظر { $person }. الملصقات الملغاة: { $count }.
operators-unbanned = يمكن لصاحب الرقم { $person } أن يعود.
operators-not-banned = الرقم { $person } ليس محظورًا.
operators-whom = اكتب رقم Telegram، مثل /ban 1234، أو مرجع أحد ملصقات الشخص، مثل /ban job 3f9a1c.
operators-no-job = لا ملصق له هذا المرجع. المرجع هو بداية رقمه كما في رسالة أو في السجل.
banned = لم يعد بإمكانك استخدام هذا البوت.
progress-paused = وصلت. أنا في استراحة، وملصقك يأتي حين أعود.
press-paused = أنا في استراحة، ويأتي حين أعود.
queue-paused = أنا في استراحة. كل شيء يأتي حين أعود.
broadcast-empty = اكتب ما يجب أن يقرأه الجميع، مثل /broadcast مرحبًا.
broadcast-ask = هكذا تبدو. أرسلها؟ عدد الأشخاص: { $count }.
broadcast-sending = في الطريق. سأخبرك في النهاية.
broadcast-dropped = لن تصل إلى أحد.
button-broadcast-send = 📣 إرسال
button-broadcast-drop = ✖️ لا ترسلها
broadcast-sent = وصلت إلى هذا العدد: { $count }.
broadcast-blocked = حظروا البوت: { $count }.
broadcast-failed = تعذّر الوصول إليهم: { $count }.
broadcast-begun = لا أعرف هل وصلت إليهم: { $count }. انقطع الاتصال، ولم أرسل شيئًا مرتين.
alarm-queue = ⚠️ أقدم ملصق ينتظر منذ { $minutes } د.
alarm-queue-over = ✅ قصر الدور من جديد.
alarm-disk = ⚠️ القرص شبه ممتلئ: بقي { $megabytes } MB.
alarm-disk-over = ✅ في القرص متّسع من جديد: { $megabytes } MB.
alarm-engine = ⚠️ تعطّل المحرّك وأُعيد تشغيله، وهو يُحمَّل الآن.
alarm-engine-over = ✅ المحرّك يرسم من جديد.
alarm-telegram-over = ⚠️ تعذّر الوصول إلى Telegram مدة { $minutes } د. ✅ وقد عاد.

# --- packs, queue ---
pack-none = ليست لديك ملصقات بعد. أرسل لي صورة سيلفي ويصبح لديك واحد.
pack-list =
    { $count ->
        [zero] ليست لديك حزم:
        [one] لديك حزمة واحدة:
        [two] لديك حزمتان:
        [few] لديك { $count } حزم:
        [many] لديك { $count } حزمةً:
       *[other] لديك { $count } حزمة:
    }
pack-line =
    { $stickers ->
        [zero] { $title } – بلا ملصقات
        [one] { $title } – ملصق واحد
        [two] { $title } – ملصقان
        [few] { $title } – { $stickers } ملصقات
        [many] { $title } – { $stickers } ملصقًا
       *[other] { $title } – { $stickers } ملصق
    }
queue-none = لا أعمل على شيء لك الآن. أرسل لي صورة.
queue-running = يُرسم الآن.
queue-waiting =
    { $ahead ->
        [0] التالي في الدور.
       *[other] في الدور، وأمامه { $ahead }.
    }
queue-fetching = يجري إحضار الصورة.
queue-drawn =
    { $count ->
        [zero] لا شيء ينتظر Telegram.
        [one] ملصق واحد رُسم وينتظر Telegram.
        [two] ملصقان رُسما وينتظران Telegram.
        [few] { $count } ملصقات رُسمت وتنتظر Telegram.
        [many] { $count } ملصقًا رُسمت وتنتظر Telegram.
       *[other] { $count } ملصق رُسمت وتنتظر Telegram.
    }
queue-adding = يُضاف إلى حزمتك.
cancel-none = لا شيء أوقفه.
cancel-done =
    { $count ->
        [zero] لم أوقف شيئًا.
        [one] أوقفت ملصقًا واحدًا.
        [two] أوقفت ملصقين.
        [few] أوقفت { $count } ملصقات.
        [many] أوقفت { $count } ملصقًا.
       *[other] أوقفت { $count } ملصق.
    }
cancel-drawn =
    { $count ->
        [zero] لم يُرسم شيء بعد.
        [one] ملصق واحد رُسم وسيصل.
        [two] ملصقان رُسما وسيصلان.
        [few] { $count } ملصقات رُسمت وستصل.
        [many] { $count } ملصقًا رُسمت وستصل.
       *[other] { $count } ملصق رُسمت وستصل.
    }

# --- my packs ---
pack-takes-next = ملصقك التالي يأتي إلى هنا.
pack-chosen = «{ $title }» تستقبل ملصقك التالي.
pack-ask-new = ما اسم الحزمة الجديدة؟
pack-ask-title = ماذا تريد أن تسمي «{ $title }»؟
pack-title-refused = الاسم من 1 إلى 64 حرفًا. أرسل اسمًا آخر.
pack-planned = «{ $title }» تبدأ بملصقك التالي.
pack-renamed = اسمها الآن «{ $title }».
pack-delete-ask = حذف «{ $title }» مع كل ملصقاتها؟ لا يمكن استعادتها.
pack-deleted = حُذفت الحزمة.
pack-already-deleted = لم تعد هذه الحزمة موجودة.
news-planned-pack = هذا أول ملصق في حزمتك الجديدة.
sticker-not-there = لم يعد هذا الملصق في حزمتك.
sticker-ask-emoji = الآن { $emoji }. أي إيموجي تريد؟ يمكن إرسال أكثر من واحد.
sticker-no-emoji = أرسل لي إيموجي واحدًا أو أكثر.
sticker-is-icon = صار الآن أيقونة حزمتك.
sticker-place = الموضع { $place } من { $total }.
sticker-about = إنه لك: { $emoji }
sticker-about-words = إنه لك: { $emoji } – تجده بكلمات { $words }
is-foreign-sticker = هذا الملصق ليس من حزمة صنعتها لك، لذلك لا أستطيع تغييره.
button-show-pack = 👀 عرض
button-share-pack = 📤 مشاركة
button-send-sticker = 💬 إرسال واحد
button-rename = ✏️ إعادة تسمية
button-delete-pack = 🗑 حذف الحزمة
button-delete-really = 🗑 نعم، احذفها
button-next-here = ⭐ الملصق التالي هنا
button-new-pack = ➕ حزمة جديدة
button-all-packs = ‹ كل الحزم
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 الإيموجي
button-own-keywords = 🏷 الكلمات
button-icon = 🖼 أيقونة الحزمة
button-take-out = 🗑 إخراج
button-take-out-really = 🗑 نعم، أخرجه

# --- inline ---
button-inline-first = ✨ اصنع ملصقك الأول
button-inline-none = لا ملصق كهذا. اصنع واحدًا
button-inline-new = ✨ اصنع ملصقًا جديدًا

# --- export ---
export-which = أي حزمة؟
export-where = إلى أين تذهب «{ $title }»؟
export-packing = أجهز { $done } من { $total }…
export-already = أنا أجهزها بالفعل.
export-few = يقبل WhatsApp الحزم من 3 ملصقات فأكثر؛ في هذه { $count }.
export-empty = لا يوجد ملصق فيها.
export-failed = لا يعطيني Telegram الملصقات الآن. حاول بعد قليل.
export-done-whatsapp = من أجل WhatsApp: { $count } من أصل { $total }.
export-done-signal = من أجل Signal: { $count } من أصل { $total }. يصنع منها Signal على الحاسوب حزمة.
button-export = ⬇️ WhatsApp، Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = ملصقاتك من أجل WhatsApp أو Signal

# --- emoji mosaic ---
mosaic-done = وجهك مكوّن من { $count } إيموجي. مع Telegram Premium يمكنك كتابته في أي مكان.
mosaic-deleted = حُذفت الإيموجي.
button-mosaic = 🧩 كإيموجي
button-open-emoji = 🧩 فتح الإيموجي
button-delete-emoji = 🗑 حذف

# --- privacy ---
privacy =
    { $hours ->
        [0] لا أحتفظ بصورتك كما اخترت: تُحذف حين يصل الملصق.
        [zero] لا أحتفظ بصورتك كما اخترت: تُحذف حين يصل الملصق.
        [one] أحتفظ بصورتك ساعة واحدة، لتطلب نسخة أخرى. ثم تُحذف تلقائيًا.
        [two] أحتفظ بصورتك ساعتين، لتطلب نسخة أخرى. ثم تُحذف تلقائيًا.
        [few] أحتفظ بصورتك { $hours } ساعات، لتطلب نسخة أخرى. ثم تُحذف تلقائيًا.
        [many] أحتفظ بصورتك { $hours } ساعةً، لتطلب نسخة أخرى. ثم تُحذف تلقائيًا.
       *[other] أحتفظ بصورتك { $hours } ساعة، لتطلب نسخة أخرى. ثم تُحذف تلقائيًا.
    }
    أما مكان التقاطها والبيانات المخفية الأخرى فأتخلّص منها فورًا.
    { $days ->
        [zero] لا أحتفظ بالملصق الجاهز ولا بكلماتك، ويبقى عندي أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
        [one] يبقى عندي الملصق الجاهز وكلماتك تحت الصورة يومًا واحدًا، ويبقى أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
        [two] يبقى عندي الملصق الجاهز وكلماتك تحت الصورة يومين، ويبقى أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
        [few] يبقى عندي الملصق الجاهز وكلماتك تحت الصورة { $days } أيام، ويبقى أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
        [many] يبقى عندي الملصق الجاهز وكلماتك تحت الصورة { $days } يومًا، ويبقى أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
       *[other] يبقى عندي الملصق الجاهز وكلماتك تحت الصورة { $days } يوم، ويبقى أسلوبك ومعرّفك في Telegram حتى تطلب أن أنساك.
    }
    لا أعطي شيئًا من ذلك لأحد. أما حزمك فأمر آخر: كل من لديه رابط الحزمة يراها. الأمر /forget يحذف كل ما أحتفظ به.
forget-ask = أحذف كل ما أعرفه عنك؟ صورك وملصقاتك هنا وإعداداتك. حزمك في Telegram تبقى، إلا إذا حذفتها أيضًا.
forget-done = تم. لقد نسيتك. أرسل صورة متى أردت أن نبدأ من جديد.
forget-done-packs = تم. لقد نسيتك، وحُذفت حزمك.
forget-kept = لم يُحذف شيء.
consent = ملصقاتك تدخل حزمة يراها كل من لديه رابطها. /privacy
forget-packs =
    { $count ->
        [zero] لا حزم
        [one] حزمة واحدة
        [two] حزمتان
        [few] { $count } حزم
        [many] { $count } حزمةً
       *[other] { $count } حزمة
    }
forget-requests =
    { $count ->
        [zero] لا طلبات
        [one] طلب واحد وكلماته
        [two] طلبان وكلماتهما
        [few] { $count } طلبات وكلماتها
        [many] { $count } طلبًا وكلماتها
       *[other] { $count } طلب وكلماتها
    }
forget-stickers =
    { $count ->
        [zero] لا ملصقات
        [one] ملصق واحد
        [two] ملصقان
        [few] { $count } ملصقات
        [many] { $count } ملصقًا
       *[other] { $count } ملصق
    }
forget-photos =
    { $count ->
        [zero] لا صور
        [one] صورة واحدة
        [two] صورتان
        [few] { $count } صور
        [many] { $count } صورةً
       *[other] { $count } صورة
    }
forget-deleted = حُذف: { $what }.

# --- language ---
language-choose = أيّ لغة؟
language-chosen = حسنًا، بالعربية.

# --- buttons ---
button-another = 🔁 واحد آخر
button-style = 🎨 الأساليب
button-badge = ⭕ دائري بدلًا منه
button-cutout = ✂️ مقصوص بدلًا منه
button-shape = ✂️ الشكل
button-shape-bust = 👤 نصفي
button-shape-figure = 🧍 الجسم كله
button-shape-head = 🎈 رأس كبير
button-shape-badge = ⭕ دائري
button-back = ‹ رجوع
button-anyway = ✨ اصنعه على أي حال
button-reactions = 😂 كل التعابير
button-undo-all = ↩️ تراجع عن الكل
button-undo = ↩️ تراجع
button-put-back = ➕ أعده إلى الحزمة
button-put-all-back = ➕ أعدها إلى الحزمة
button-open-pack = 📦 فتح الحزمة
button-add = ➕ إعادة المحاولة
button-add-to-pack = ➕ أضفه إلى حزمتي
button-cancel = ✖️ إيقاف
button-forget = حذف كل شيء
button-forget-packs = حذف كل شيء مع حزمي
button-keep = الاحتفاظ بكل شيء

# --- short answers to a press ---
press-drawing = حالًا.
press-already = أرسمه بالفعل.
press-already-all = أعمل عليها بالفعل.
press-undone = أُخرج من حزمتك.
press-already-undone = لم يعد في حزمتك أصلًا.
press-all-there = إنها في حزمتك بالفعل.
press-undone-all = خرجت كلها من حزمتك.
press-already-undone-all = لم تعد في حزمتك أصلًا.
press-back = عاد إلى حزمتك.
press-added = صار في حزمتك.
press-working = لحظة…
press-stopped = توقّفت.
press-too-late = لقد اكتمل.
press-stale = هذا الزر لم يعد يعمل. أرسل لي صورة بدلًا منه.
press-not-yours = هذا الزر لشخص آخر.

# --- profile ---
about = أرسل صورة سيلفي واستلم ملصقًا. كل ملصق يذهب إلى حزمتك الخاصة، جاهزًا لأي محادثة.
about-short = يحوّل صورتك إلى ملصق في حزمة خاصة بك.
command-start = إلقاء التحية
command-style = اختيار أسلوبك
command-seed = تثبيت رسمة واحدة
command-pack = ملصقاتك
command-queue = ما أعمل عليه الآن
command-cancel = إيقافه
command-language = تغيير اللغة
command-settings = إعداداتك
command-privacy = ما أحتفظ به
command-forget = حذف بياناتي
command-help = كيف يعمل
command-stats = الأيام الأخيرة
command-pause = إيقاف الرسم مؤقتًا
command-resume = مواصلة الرسم
command-ban = حظر شخص
command-unban = رفع الحظر
command-job = ما حدث لملصق
command-broadcast = الكتابة إلى الجميع

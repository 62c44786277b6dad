# Усі речення українською. Ключі та змінні ті самі, що в en.ftl; це звіряє тест.

# --- hello ---
start =
    { $name ->
        [none] Привіт.
       *[other] Привіт, { $name }.
    } Надішли мені селфі: з нього вийде такий стікер.
help =
    Надішли фото, на якому видно обличчя. Повернеться стікер.

    Під фото: слова про стиль, наприклад «акварель». #comic обирає стиль лише на цей раз. Емодзі на початку стане емодзі стікера.
    Слова в лапках, наприклад «LOL», з'являться на стікері. «✏️ Змінити» під ним змінює напис, контур, форму й емодзі.
    Слова після фото або у відповідь на стікер стосуються цього фото: «неон» намалює його ще раз.
    Надіслане як файл, фото зберігає повну якість.
help-reactions = «😂 Усі реакції» під стікером малює твоє обличчя в шістнадцяти настроях, кожен під власним емодзі.
help-parameters = Лише для одного фото в підписі можна також shape=badge, outline=white чи seed=42. /settings зберігає таке для всіх.
help-commands =
    /style – обрати стиль
    /seed – завжди той самий варіант чи щоразу новий
    /pack – твої стікери
    /export – твої стікери для WhatsApp чи Signal
    /queue – над чим я працюю
    /cancel – зупинити це
    /settings – усе в одному місці, і більше
    /language – змінити мову
    /privacy – що я зберігаю і як довго
    /forget – видалити все
start-in-group = Дай відповідь на фото командою /sticker, і я зроблю з нього стікер. Твій власний набір – у приватному чаті зі мною.
button-open-chat = Відкрити чат

# --- first minute ---
button-profile-photo = 🤳 Взяти фото профілю
button-done = Готово
press-no-profile-photo = Я не бачу фото профілю: його немає або його ховають налаштування приватності. Надішли мені селфі.
press-done = Торкнися стікера, щоб додати набір. Кожне фото, яке надішлеш, стане ще одним.

# --- photos ---
progress-fetching = Є. Завантажую твоє фото…
progress-fetching-album = Є. Завантажую твої фото…
progress-telegram-slow = Отримано. Telegram зараз відповідає повільно; я далі завантажую твоє фото.
progress-queued =
    { $ahead ->
        [0] Наступна черга твоя.
        [one] У черзі, попереду { $ahead } стікер.
        [few] У черзі, попереду { $ahead } стікери.
       *[other] У черзі, попереду { $ahead } стікерів.
    }
progress-warming-up = Є. Я ще розігріваюся; стікер буде одразу після цього.
progress-started = Починаю твій стікер…
progress-load = Перемикаю модель; це триватиме хвилинку…
progress-face = Шукаю твоє обличчя…
progress-cutout = Вирізаю тебе…
progress-draw = Малюю тебе…
progress-finish = Додаю обводку…
progress-pack = Кладу в твій набір…
progress-drawing-all = Малюю { $done } з { $total }…
progress-pack-all = Кладу їх у твій набір…
progress-adding = До набору: { $done } з { $total }…
progress-adding-slowly = До набору: { $done } з { $total }… Telegram приймає лише кілька за хвилину, лишилося близько { $minutes } хв.
progress-wait-all = Намальовано. Telegram просить зачекати { $minutes } хв, потім додам решту до набору.
progress-wait =
    { $seconds ->
        [one] Намальовано. Telegram просить зачекати { $seconds } секунду, потім додам стікер до набору.
        [few] Намальовано. Telegram просить зачекати { $seconds } секунди, потім додам стікер до набору.
       *[other] Намальовано. Telegram просить зачекати { $seconds } секунд, потім додам стікер до набору.
    }
progress-pack-slow = Намальовано. Telegram зараз не відповідає; я далі додаю стікер до набору.
progress-send-slow = Намальовано. Telegram зараз не відповідає; я далі намагаюся надіслати стікер.
note-flagged = Того, що вийшло, я не надішлю: перевірка безпеки це відхилила. Спробуй інше фото або інші слова.
cancelled = Зупинено. Нічого не зроблено.

note-several-faces = Я побачив кілька облич і взяв найбільше.
note-choose-face = Я побачив кілька облич і взяв найбільше. Натисни число, щоб узяти інше.
note-photos-used = Використав { $used } з { $total } фото.
note-best-photo = Я взяв найкраще з твоїх { $total } фото.
note-badge-fallback = Твій контур був недостатньо чіткий, щоб вирізати, тому це круглий стікер.
note-no-face = Обличчя тут немає, тому я вирізав те, що найбільше впадає в око.
note-no-face-badge = Обличчя тут немає, тому я взяв усе зображення.
note-prompt-as-style = Стиль я обрав за твоїми словами. /style покаже всі.
note-prompt-ignored = Я можу змінити стиль, але не намалюю те, що ти описуєш. /style покаже стилі, які я знаю.
note-prompt-unused = Цього разу твої слова не знадобилися; стиль той самий.
news-first-pack = Це твій власний набір; його бачить кожен, хто має посилання.
news-new-pack = Твій старий набір видалено, тому я почав новий.
news-next-pack = Твій набір заповнено, тому я почав наступний.
pack-loose = Твій стікер готовий, але ще не в наборі. За мить натисни «Спробувати ще раз».
news-first-pack-of-all = Це твій власний набір. Відкрий його, щоб додати до клавіатури.
stickers-added =
    { $total ->
        [1] Він у твоєму наборі.
       *[other] Усі { $total } у твоєму наборі.
    }
reactions-added = Усі { $total } у твоєму наборі, кожен під власним емодзі.
reactions-partly-added = { $done } з { $total } у твоєму наборі. Решту Telegram не прийняв.
reactions-stopped =
    { $done ->
        [0] Зупинено. До набору нічого не додано.
       *[other] Зупинено. { $done } з { $total } у твоєму наборі.
    }

# --- what I cannot use ---
send-a-selfie = Спершу надішли селфі: одне обличчя, погляд у камеру. Слова – під фото.
send-a-photo = З цього стікера не зробити. Надішли краще фото.
is-animation = Воно рухається. Надішли звичайне фото, і я зроблю з нього стікер.
is-sticker = Це вже стікер. Надішли фото з обличчям, і я зроблю новий.
is-document = З цього файлу стікера не зробити. Надішли фото: JPEG, PNG, WebP або HEIC.
unknown-command = Такого я не знаю. /help покаже, що я вмію.
words-style = Добре, для цього фото: { $style }.
words-emoji = Тепер його емодзі – { $emoji }.
words-emoji-refused = Telegram не приймає { $emoji } для стікерів. Інше емодзі підійде.
words-thanks = Будь ласка. Надішли ще фото, коли захочеш.
words-greeting = Привіт. Надішли фото – і буде ще один стікер.
words-unused = Не знаю, що з цим робити. Назви стиль, наприклад «комікс», або надішли ще фото. /style показує стилі.

# --- editing a sticker ---
button-edit = ✏️ Змінити
button-text = 💬 Напис
button-no-text = ✖️ Без напису
button-outline = 🖍 Обводка
button-outline-auto = ✨ Як у стилі
button-outline-none = 🚫 Без обводки
button-outline-thin = Тонка
button-outline-normal = Звичайна
button-outline-thick = Товста
button-emoji = 😀 Емодзі
button-keywords = 🏷 Слова для пошуку
button-no-keywords = ✖️ Прибрати слова
button-png = 🖼 Файл PNG
button-restore = ↩️ Повернути цей
press-restored = Попередній знову на своєму місці.
press-same = Він уже такий.
press-emoji = Познач ті, що пасують, або відповідай на стікер своїми.
press-last-emoji = Стікеру потрібне хоча б одне емодзі.
note-replaced = Він посів місце попереднього в наборі. «Скасувати» поверне попередній.
text-ask = Що на ньому написати? Відповідай, до { $most } знаків.
text-coming = Так і буде на стікері.
text-too-long = Для стікера це задовго. Вміщується до { $most } знаків.
text-unwritable = Для { $letters } я тут не маю шрифту. Латиниця, кирилиця й грецькі літери підійдуть завжди.
keywords-ask = За якими словами його шукати? Відповідай, до { $most } через кому.
keywords-set = Знаходиться за словами: { $words }
keywords-none = Там не було слів. Відповідай словами через кому.
keywords-too-many = Telegram бере { $most } слів, разом { $chars } знаків. Спробуй менше.
keywords-removed = Слів для пошуку в нього більше немає.

# --- errors, by code ---
error-no-face = Не бачу тут обличчя. Спробуй фото при доброму світлі, де ти дивишся в камеру.
error-photo-empty = Файл порожній. Надішли фото ще раз.
error-photo-too-big = Файл більший за 20 МБ. Надішли його як звичайне фото, тоді він буде достатньо малим.
error-photo-too-many-pixels = У цьому зображенні забагато пікселів. Надішли його як звичайне фото.
error-photo-too-small = Зображення замале, щоб розгледіти обличчя. Надішли більше.
error-photo-truncated = Файл пошкоджений або неповний. Надішли фото ще раз.
error-photo-animated = Воно рухається. Надішли звичайне фото, і я зроблю з нього стікер.
error-not-a-photo = З цього файлу стікера не зробити: це не фото, яке я можу прочитати. Підійдуть JPEG, PNG, WebP і HEIC.
error-photo-gone = Це фото я вже видалив. Надішли його ще раз, і продовжимо.
error-file-gone = Його я вже видалив. Надішли фото ще раз.
error-download-failed = Не вдалося завантажити твоє фото з Telegram. Надішли його ще раз.
error-too-many-jobs =
    { $limit ->
        [one] Я малюю для тебе { $limit } стікер за раз. Решту фото я не взяв: надішли їх ще раз, коли він буде готовий.
        [few] Я малюю для тебе { $limit } стікери за раз. Решту фото я не взяв: надішли їх ще раз, коли ці будуть готові.
       *[other] Я малюю для тебе { $limit } стікерів за раз. Решту фото я не взяв: надішли їх ще раз, коли ці будуть готові.
    }
error-daily-limit =
    { $limit ->
        [one] На сьогодні це все: { $limit } стікер.
        [few] На сьогодні це все: { $limit } стікери.
       *[other] На сьогодні це все: { $limit } стікерів.
    } { $hours ->
        [0] Наступний можна за { $minutes } хв.
       *[other] Наступний можна за { $hours } год.
    }
error-queue-full = Зараз стікерів хоче забагато людей. Спробуй за кілька хвилин.
error-no-such-job = Цього стікера в мене вже немає. Надішли фото ще раз.
error-bad-seed = Seed – це ціле число від 0 до 4294967295, наприклад /seed 42. З /seed random кожен стікер інший.
error-unknown-style = Такого стилю не знаю. Ось які є:
error-style-gone = Цього стилю вже немає. /style показує, які є.
error-parameter-refused = Це налаштування тут не діє.
error-text-unwritable = Таких символів я тут на стікері не напишу. Латиниця, кирилиця й грецькі літери підійдуть завжди.
error-unsupported-model = Таких стікерів я тут не малюю.
error-engine-down = Зараз не можу малювати. Спробуй пізніше.
error-storage = Зараз я не можу нічого зберегти. Спробуй за кілька хвилин.
not-stored-yet = Зараз я не можу нічого зберегти. Надіслане не загубиться: візьмуся за нього, щойно зможу.
error-busy = Зараз багато роботи. Спробуй за хвилину.
error-broken = У мене щось зламалося, номер { $reference }. Це записано. Можеш надіслати фото ще раз.
error-pack-failed = Telegram не прийняв стікер до набору. Спробуй за мить.
error-user-unreachable = Поки не можу дістатися твого набору. Надішли /start і спробуй ще раз.
error-wait =
    { $seconds ->
        [one] Telegram просить зачекати { $seconds } секунду. Спробуй тоді.
        [few] Telegram просить зачекати { $seconds } секунди. Спробуй тоді.
       *[other] Telegram просить зачекати { $seconds } секунд. Спробуй тоді.
    }

# --- styles ---
style-choose = Твій стиль – { $style }. Який хочеш?
style-chosen = Гаразд: { $style }. Надішли мені фото.
style-for-photo = Який стиль для цього фото?
model-current = Малює { $model }; останні кнопки це змінюють.
model-chosen = Гаразд, { $model }. Надішли мені фото або кілька одразу.
model-face-to-sticker = 🎭 Стікер
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Мультик
style-cel = Аніме
style-comic = Комікс
style-caricature = Шарж
style-popart = Поп-арт
style-poster = Постер
style-watercolour = Акварель
style-pencil = Олівець
style-ink = Туш
style-neon = Неон
style-pixel = Піксель
style-photo = Фото

# --- groups ---
group-how = Дай відповідь на фото командою /sticker, і я зроблю з нього стікер.
group-anonymous = Стікеру потрібен власник: пиши від себе, а не від групи чи каналу.
group-off = Гаразд, тут я мовчу. /sticker on поверне мене.
group-on = Я знову тут. Дай відповідь на фото командою /sticker.
group-only-admins = Це можуть лише адміністратори.
group-slow = Забагато стікерів одразу. Спробуй за хвилину.
group-no-stickers = Мені тут не можна надсилати стікери. Адміністратор може дозволити.
guest-how = Дай відповідь на фото, згадавши мене, і я зроблю з нього стікер.
guest-fetch = Твій стікер готовий.
button-fetch = ⬇️ Забрати стікер
button-agree = 👍 Моє фото, можна в набір
button-remove = 🗑 Прибрати
press-agreed = Дякую. Тепер йому можна в набір.
press-not-author = Це може сказати лише той, хто надіслав фото.
press-not-remove = Прибрати його може лише той, хто просив, хто надіслав фото, або адміністратор.
press-removed = Прибрано.
start-not-yours = Цей стікер чужий. Надішли мені фото, і матимеш свій.
privacy-groups = У групах із чужого фото виходить лише стікер у цьому чаті, потім я видаляю фото. У набір він потрапляє лише за згодою тієї людини, і вона може його прибрати.
command-sticker = Стікер із фото, на яке відповідаєш

# --- seed ---
seed-is-fixed = Твій seed – { $seed }: те саме фото дає той самий стікер.
seed-is-random = Кожен стікер виходить трохи інакшим.
seed-how = /seed 42 закріпить один варіант.
seed-last = У твого останнього стікера seed { $seed }.
button-keep-variation = 📌 Залишити цей варіант
button-keep-last = 📌 Залишити його
button-seed-random = 🎲 Щоразу новий
press-kept = Залишаю. Тепер усі твої стікери виходять так; /seed це змінить.
press-seed-random = Кожен стікер знову виходить трохи інакшим.

# --- every style of one photo ---
progress-styles = Приміряю на тебе всі стилі…
styles-add = Торкнися одного, і він стане новим стікером.
styles-swap = Торкнися одного, і він стане на місце твого стікера.
button-styles-swap = 🔄 Краще замінити стікер
button-styles-add = ➕ Краще новим стікером
press-is-in-pack = Він уже в твоєму наборі.

# --- settings ---
settings = Твої налаштування для всіх майбутніх стікерів. Торкнися, щоб змінити.
setting-saved = Збережено.
setting-style = Стиль
setting-style-about = Стиль твоїх стікерів. Слово під фото важливіше, але лише для цього фото.
setting-shape = Форма
setting-shape-about = Який вигляд ти маєш на стікері. Автоматично: вирізаний, а де не вдається – круглий.
setting-shape-auto = Автоматично
setting-outline = Контур
setting-outline-about = Смужка навколо тебе. За стилем: у кожного стилю своя.
setting-outline-auto = за стилем
setting-outline-white = ⚪ білий
setting-outline-black = ⚫ чорний
setting-outline-none = без
setting-model = Модель
setting-model-about = Що малює твої стікери.
setting-speed = Малювання
setting-speed-about = Швидко – менше кроків, ретельно – більше й довше.
setting-speed-normal = звичайно
setting-speed-quick = швидко
setting-speed-fine = ретельно
setting-likeness = Схожість
setting-likeness-about = Скільки лишається від твого обличчя. Що більша схожість, то менше місця для стилю.
setting-likeness-normal = звичайна
setting-likeness-less = менша
setting-likeness-more = більша
setting-strength = Сила стилю
setting-strength-about = Наскільки точно я дотримуюся стилю й твоїх слів.
setting-strength-normal = звичайна
setting-strength-soft = м’яка
setting-strength-strong = сильна
setting-pack = У набір
setting-pack-about = Автоматично: кожен стікер одразу потрапляє до твого набору. На прохання: він приходить із кнопкою, що додає його. Усі реакції потрапляють до набору в будь-якому разі.
setting-pack-on = автоматично
setting-pack-off = на прохання
setting-photo = Моє фото
setting-photo-about = Як довго я зберігаю твоє фото. «Ще один», «Стилі» і все, що малює його знову, працює лише стільки. Не зберігати: воно видаляється, щойно є стікер.
setting-photo-usual = { $hours } год
setting-photo-hour = 1 год
setting-photo-none = не зберігати
setting-language = Мова
setting-language-about = Яка мова?
setting-news = Новини
setting-news-about = Час від часу ті, хто веде цього бота, пишуть усім. Вимкнено: тобі – ні.
setting-news-on = увімкнено
setting-news-off = вимкнено
news-on = Новини знову приходитимуть.
news-off = Новин більше не буде. /settings поверне їх.
button-news-off = 🔕 Більше не треба
button-news-on = 🔔 Знову новини

# --- key=value in a caption ---
parameter-unknown = Параметра «{ $name }» немає. Я знаю { $nearest }.
parameter-useless = «{ $name }» тут нічого не змінює. Я знаю { $nearest }.
parameter-range = { $name } – від { $least } до { $most }, а не { $value }.
parameter-whole = { $name } – ціле число від { $least } до { $most }, а не { $value }.
parameter-choice = { $name } – одне з { $choices }, а не { $value }.
parameter-kept = Твоє фото ще в мене: просто напиши ще раз без помилки.
button-without = ✨ Малюй без цього

# --- operators ---
operators-paused = Призупинено. Фото приймаються й чекають до /resume.
operators-is-paused = Призупинено. /resume продовжить.
operators-resumed = Продовжую.
operators-not-paused = Я не на паузі.
operators-chart = Останні { $days } дн., UTC: 🟦 завершено, 🟥 з них невдало, 🟩 людей, 🟨 медіана секунд від фото до стікера.
operators-no-ban = Оператора не можна заблокувати.
operators-banned =
    { $count ->
        [one] { $person } заблоковано. Скасовано { $count } стікер.
        [few] { $person } заблоковано. Скасовано { $count } стікери.
       *[other] { $person } заблоковано. Скасовано { $count } стікерів.
    }
operators-unbanned = { $person } може повернутися.
operators-not-banned = { $person } не заблоковано.
operators-whom = Напиши номер у Telegram, як /ban 1234, або позначку одного зі стікерів цієї людини, як /ban job 3f9a1c.
operators-no-job = Такої позначки немає в жодного стікера. Це початок його номера, як у повідомленні чи в журналі.
banned = Ти більше не можеш користуватися цим ботом.
progress-paused = Є. У мене перерва; твій стікер прийде, коли я повернуся.
press-paused = У мене перерва; він прийде, коли я повернуся.
queue-paused = У мене перерва. Усе прийде, коли я повернуся.
broadcast-empty = Напиши, що мають прочитати всі, як /broadcast Привіт.
broadcast-ask =
    { $count ->
        [one] Ось який це має вигляд. Надіслати { $count } людині?
        [few] Ось який це має вигляд. Надіслати { $count } людям?
       *[other] Ось який це має вигляд. Надіслати { $count } людям?
    }
broadcast-sending = Надсилаю. Наприкінці розповім.
broadcast-dropped = Ніхто цього не отримає.
button-broadcast-send = 📣 Надіслати
button-broadcast-drop = ✖️ Нікому
broadcast-sent =
    { $count ->
        [one] Отримала { $count } людина.
        [few] Отримали { $count } людини.
       *[other] Отримали { $count } людей.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } заблокувала бота.
        [few] { $count } заблокували бота.
       *[other] { $count } заблокували бота.
    }
broadcast-failed =
    { $count ->
        [one] До { $count } не дістатися.
        [few] До { $count } не дістатися.
       *[other] До { $count } не дістатися.
    }
broadcast-begun =
    { $count ->
        [one] Про { $count } не знаю: зв’язок обірвався. Двічі я не надсилав.
        [few] Про { $count } не знаю: зв’язок обірвався. Двічі я не надсилав.
       *[other] Про { $count } не знаю: зв’язок обірвався. Двічі я не надсилав.
    }
alarm-queue = ⚠️ Найдавніший стікер чекає вже { $minutes } хв.
alarm-queue-over = ✅ Черга знову коротка.
alarm-disk = ⚠️ Диск майже повний: лишилося { $megabytes } МБ.
alarm-disk-over = ✅ На диску знову є місце: { $megabytes } МБ.
alarm-engine = ⚠️ Рушій зламався, його запущено знову. Він завантажується.
alarm-engine-over = ✅ Рушій знову малює.
alarm-telegram-over = ⚠️ Telegram був недоступний { $minutes } хв. ✅ Він знову є.

# --- packs, queue ---
pack-none = У тебе ще немає стікерів. Надішли селфі, і буде.
pack-list =
    { $count ->
        [one] У тебе { $count } набір:
        [few] У тебе { $count } набори:
       *[other] У тебе { $count } наборів:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } стікер
        [few] { $title } – { $stickers } стікери
       *[other] { $title } – { $stickers } стікерів
    }
queue-none = Зараз я нічого для тебе не роблю. Надішли фото.
queue-running = Саме малюю.
queue-waiting =
    { $ahead ->
        [0] Наступний у черзі.
       *[other] У черзі, попереду { $ahead }.
    }
queue-fetching = Завантажую фото.
queue-drawn =
    { $count ->
        [one] { $count } намальовано, чекає на Telegram.
        [few] { $count } намальовано, чекають на Telegram.
       *[other] { $count } намальовано, чекають на Telegram.
    }
queue-adding = Додаю до набору.
cancel-none = Нічого зупиняти.
cancel-done =
    { $count ->
        [one] Зупинено { $count } стікер.
        [few] Зупинено { $count } стікери.
       *[other] Зупинено { $count } стікерів.
    }
cancel-drawn = 
    { $count ->
        [one] { $count } стікер уже намальовано, він ще надійде.
        [few] { $count } стікери вже намальовано, вони ще надійдуть.
       *[other] { $count } стікерів уже намальовано, вони ще надійдуть.
    }

# --- my packs ---
pack-takes-next = Наступний стікер піде сюди.
pack-chosen = «{ $title }» отримає наступний стікер.
pack-ask-new = Як назвати новий набір?
pack-ask-title = Як назвати «{ $title }»?
pack-title-refused = Назва має від 1 до 64 літер. Надішли іншу.
pack-planned = «{ $title }» почнеться з наступного стікера.
pack-renamed = Тепер він називається «{ $title }».
pack-delete-ask = Видалити «{ $title }» з усіма стікерами? Повернути не вийде.
pack-deleted = Набір видалено.
pack-already-deleted = Цього набору вже немає.
news-planned-pack = Це перший стікер твого нового набору.
sticker-not-there = Цього стікера вже немає у твоєму наборі.
sticker-ask-emoji = Зараз це { $emoji }. Яке емодзі поставити? Можна кілька.
sticker-no-emoji = Надішли мені одне емодзі або кілька.
sticker-is-icon = Тепер це іконка твого набору.
sticker-place = Місце { $place } з { $total }.
sticker-about = Він твій: { $emoji }
sticker-about-words = Він твій: { $emoji } – шукай за { $words }
is-foreign-sticker = Цей стікер не з набору, який я тобі зробив, тож змінити його я не можу.
button-show-pack = 👀 Показати
button-share-pack = 📤 Поділитися
button-send-sticker = 💬 Надіслати
button-rename = ✏️ Назвати
button-delete-pack = 🗑 Видалити
button-delete-really = 🗑 Так, видалити
button-next-here = ⭐ Наступний стікер сюди
button-new-pack = ➕ Новий набір
button-all-packs = ‹ Усі набори
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Емодзі
button-own-keywords = 🏷 Слова
button-icon = 🖼 Іконка набору
button-take-out = 🗑 Вийняти
button-take-out-really = 🗑 Так, вийняти

# --- inline ---
button-inline-first = ✨ Зроби свій перший стікер
button-inline-none = Такого стікера немає. Зроби його
button-inline-new = ✨ Зробити новий

# --- export ---
export-which = Який набір?
export-where = Куди перенести «{ $title }»?
export-packing = Пакую { $done } з { $total }…
export-already = Уже пакую.
export-few = WhatsApp приймає набори від 3 стікерів; у цьому { $count }.
export-empty = У ньому немає стікерів.
export-failed = Telegram зараз не віддає мені стікери. Спробуй за мить.
export-done-whatsapp = Для WhatsApp: стікерів { $count } з { $total }.
export-done-signal = Для Signal: стікерів { $count } з { $total }. Signal на комп’ютері зробить із них набір.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Твої стікери для WhatsApp чи Signal

# --- emoji mosaic ---
mosaic-done = Твоє обличчя з { $count } емодзі. З Telegram Premium його можна писати будь-де.
mosaic-deleted = Емодзі видалено.
button-mosaic = 🧩 Як емодзі
button-open-emoji = 🧩 Відкрити емодзі
button-delete-emoji = 🗑 Видалити

# --- privacy ---
privacy =
    { $hours ->
        [0] Твоє фото я не зберігаю, як і задано: воно видаляється, щойно є стікер.
        [one] Твоє фото я зберігаю { $hours } годину, щоб зробити інший варіант. Потім воно видаляється саме.
        [few] Твоє фото я зберігаю { $hours } години, щоб зробити інший варіант. Потім воно видаляється саме.
       *[other] Твоє фото я зберігаю { $hours } годин, щоб зробити інший варіант. Потім воно видаляється саме.
    }
    Де його знято та інші приховані дані я відкидаю одразу.
    { $days ->
        [one] Готовий стікер і слова під фото лишаються в мене { $days } день, а обраний стиль та ідентифікатор Telegram – доки ти не попросиш усе забути.
        [few] Готовий стікер і слова під фото лишаються в мене { $days } дні, а обраний стиль та ідентифікатор Telegram – доки ти не попросиш усе забути.
       *[other] Готовий стікер і слова під фото лишаються в мене { $days } днів, а обраний стиль та ідентифікатор Telegram – доки ти не попросиш усе забути.
    }
    Нікому нічого з цього не передаю. Інша річ – твої набори: хто має посилання на набір, той його бачить. /forget видаляє все, що я зберігаю.
forget-ask = Видалити все, що я про тебе знаю? Твої фото, стікери тут і налаштування. Набори в Telegram лишаться, якщо не видалити і їх.
forget-done = Готово. Я тебе забув. Надішли фото, коли захочеш почати знову.
forget-done-packs = Готово. Я тебе забув, а твої набори видалено.
forget-kept = Нічого не видалено.
consent = Твої стікери потрапляють до набору, який бачить кожен, хто має посилання. /privacy
forget-packs =
    { $count ->
        [one] { $count } набір
        [few] { $count } набори
       *[other] { $count } наборів
    }
forget-requests =
    { $count ->
        [one] { $count } запит із його словами
        [few] { $count } запити з їхніми словами
       *[other] { $count } запитів з їхніми словами
    }
forget-stickers =
    { $count ->
        [one] { $count } стікер
        [few] { $count } стікери
       *[other] { $count } стікерів
    }
forget-photos =
    { $count ->
        [one] { $count } фото
        [few] { $count } фото
       *[other] { $count } фото
    }
forget-deleted = Видалено: { $what }.

# --- language ---
language-choose = Яка мова?
language-chosen = Гаразд, українською.

# --- buttons ---
button-another = 🔁 Ще один
button-style = 🎨 Стилі
button-badge = ⭕ Краще круглий
button-cutout = ✂️ Краще вирізаний
button-shape = ✂️ Форма
button-shape-bust = 👤 Портрет
button-shape-figure = 🧍 Фігура
button-shape-head = 🎈 Голова
button-shape-badge = ⭕ Круглий
button-back = ‹ Назад
button-anyway = ✨ Усе одно зробити
button-reactions = 😂 Усі реакції
button-undo-all = ↩️ Скасувати всі
button-undo = ↩️ Скасувати
button-put-back = ➕ Повернути
button-put-all-back = ➕ Повернути всі
button-open-pack = 📦 Відкрити набір
button-add = ➕ Спробувати ще раз
button-add-to-pack = ➕ До мого набору
button-cancel = ✖️ Зупинити
button-forget = Видалити все
button-forget-packs = Видалити все і мої набори
button-keep = Залишити все

# --- short answers to a press ---
press-drawing = Роблю.
press-already = Я його вже малюю.
press-already-all = Уже роблю.
press-undone = Вийнято з твого набору.
press-already-undone = Його вже не було в наборі.
press-all-there = Вони вже в твоєму наборі.
press-undone-all = Усі стікери вийнято з твого набору.
press-already-undone-all = Їх уже не було в наборі.
press-back = Він знову в твоєму наборі.
press-added = Тепер він у твоєму наборі.
press-working = Хвилинку…
press-stopped = Зупинено.
press-too-late = Він уже готовий.
press-stale = Ця кнопка вже не діє. Надішли краще фото.
press-not-yours = Ця кнопка чужа.

# --- profile ---
about = Надішли селфі – отримай стікер. Кожен стікер потрапляє до твого власного набору, готового для будь-якого чату.
about-short = Робить із твого селфі стікер у власному наборі.
command-start = Привітатися
command-style = Обрати стиль
command-seed = Закріпити один варіант
command-pack = Твої стікери
command-queue = Над чим я працюю
command-cancel = Зупинити це
command-language = Змінити мову
command-settings = Твої налаштування
command-privacy = Що я зберігаю
command-forget = Видалити мої дані
command-help = Як це працює
command-stats = Останні дні
command-pause = Не малювати нового
command-resume = Малювати знову
command-ban = Заблокувати когось
command-unban = Розблокувати
command-job = Що сталося зі стікером
command-broadcast = Написати всім

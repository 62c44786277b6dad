# Все предложения по-русски. Ключи и переменные те же, что в en.ftl; это сверяет тест.

# --- hello ---
start =
    { $name ->
        [none] Привет.
       *[other] Привет, { $name }.
    } Пришли мне селфи: из него выйдет такой стикер.
help =
    Пришли фото, на котором видно лицо. Вернётся стикер.

    Под фото: слова о стиле, например «акварель». #comic выбирает стиль только на этот раз. Эмодзи в начале станет эмодзи стикера.
    Слова в кавычках, например «LOL», появятся на стикере. «✏️ Изменить» под ним меняет надпись, контур, форму и эмодзи.
    Слова после фото или в ответ на стикер относятся к этому фото: «неон» нарисует его ещё раз.
    Отправленное файлом фото сохраняет полное качество.
help-reactions = «😂 Все реакции» под стикером рисует твоё лицо в шестнадцати настроениях, каждое под своим эмодзи.
help-parameters = Только для одного фото в подписи можно также shape=badge, outline=white или seed=42. /settings сохраняет такое для всех.
help-commands =
    /style – выбрать стиль
    /seed – всегда один вариант или каждый раз новый
    /pack – твои стикеры
    /export – твои стикеры для WhatsApp или Signal
    /queue – над чем я работаю
    /cancel – остановить это
    /settings – всё в одном месте, и больше
    /language – сменить язык
    /privacy – что я храню и как долго
    /forget – удалить всё
start-in-group = Ответь на фото командой /sticker, и я сделаю из него стикер. Твой собственный набор – в личном чате со мной.
button-open-chat = Открыть чат

# --- first minute ---
button-profile-photo = 🤳 Взять фото профиля
button-done = Готово
press-no-profile-photo = Я не вижу фото профиля: его нет или его скрывают настройки приватности. Пришли мне селфи.
press-done = Коснись стикера, чтобы добавить набор. Каждое фото, которое пришлёшь, станет ещё одним.

# --- photos ---
progress-fetching = Есть. Загружаю твоё фото…
progress-fetching-album = Есть. Загружаю твои фото…
progress-telegram-slow = Принято. Telegram сейчас отвечает медленно; я продолжаю загружать твоё фото.
progress-queued =
    { $ahead ->
        [0] Следующая очередь твоя.
        [one] В очереди, впереди { $ahead } стикер.
        [few] В очереди, впереди { $ahead } стикера.
       *[other] В очереди, впереди { $ahead } стикеров.
    }
progress-warming-up = Есть. Я ещё разогреваюсь; стикер будет сразу после этого.
progress-started = Начинаю твой стикер…
progress-load = Переключаю модель; это займёт минутку…
progress-face = Ищу твоё лицо…
progress-cutout = Вырезаю тебя…
progress-draw = Рисую тебя…
progress-finish = Добавляю обводку…
progress-pack = Кладу в твой набор…
progress-drawing-all = Рисую { $done } из { $total }…
progress-pack-all = Кладу их в твой набор…
progress-adding = В набор: { $done } из { $total }…
progress-adding-slowly = В набор: { $done } из { $total }… Telegram принимает лишь несколько в минуту, осталось около { $minutes } мин.
progress-wait-all = Нарисовано. Telegram просит подождать { $minutes } мин, потом добавлю остальные в набор.
progress-wait =
    { $seconds ->
        [one] Нарисовано. Telegram просит подождать { $seconds } секунду, потом добавлю стикер в набор.
        [few] Нарисовано. Telegram просит подождать { $seconds } секунды, потом добавлю стикер в набор.
       *[other] Нарисовано. Telegram просит подождать { $seconds } секунд, потом добавлю стикер в набор.
    }
progress-pack-slow = Нарисовано. Telegram сейчас не отвечает; я продолжаю добавлять стикер в набор.
progress-send-slow = Нарисовано. Telegram сейчас не отвечает; я продолжаю попытки отправить стикер.
note-flagged = То, что получилось, я не отправлю: проверка безопасности это отклонила. Попробуй другое фото или другие слова.
cancelled = Остановлено. Ничего не сделано.

note-several-faces = Я увидел несколько лиц и взял самое крупное.
note-choose-face = Я увидел несколько лиц и взял самое крупное. Нажми число, чтобы взять другое.
note-photos-used = Использовал { $used } из { $total } фото.
note-best-photo = Я взял лучшее из твоих { $total } фото.
note-badge-fallback = Твой контур был недостаточно чётким, чтобы вырезать, поэтому стикер круглый.
note-no-face = Лица здесь нет, поэтому я вырезал то, что больше всего бросается в глаза.
note-no-face-badge = Лица здесь нет, поэтому я взял всю картинку.
note-prompt-as-style = Стиль я выбрал по твоим словам. /style покажет все.
note-prompt-ignored = Я могу сменить стиль, но не нарисую то, что ты описываешь. /style покажет стили, которые я знаю.
note-prompt-unused = На этот раз твои слова не пригодились; стиль тот же.
news-first-pack = Это твой собственный набор; его видит каждый, у кого есть ссылка.
news-new-pack = Твой старый набор удалён, поэтому я начал новый.
news-next-pack = Твой набор заполнен, поэтому я начал следующий.
pack-loose = Твой стикер готов, но ещё не в наборе. Чуть позже нажми «Попробовать ещё раз».
news-first-pack-of-all = Это твой собственный набор. Открой его, чтобы добавить на клавиатуру.
stickers-added =
    { $total ->
        [1] Он в твоём наборе.
       *[other] Все { $total } в твоём наборе.
    }
reactions-added = Все { $total } в твоём наборе, каждый под своим эмодзи.
reactions-partly-added = { $done } из { $total } в твоём наборе. Остальные Telegram не принял.
reactions-stopped =
    { $done ->
        [0] Остановлено. В набор ничего не добавлено.
       *[other] Остановлено. { $done } из { $total } в твоём наборе.
    }

# --- what I cannot use ---
send-a-selfie = Сначала пришли селфи: одно лицо, взгляд в камеру. Слова – под фото.
send-a-photo = Из этого стикер не сделать. Пришли лучше фото.
is-animation = Оно движется. Пришли обычное фото, и я сделаю из него стикер.
is-sticker = Это уже стикер. Пришли фото с лицом, и я сделаю новый.
is-document = Из этого файла стикер не сделать. Пришли фото: JPEG, PNG, WebP или HEIC.
unknown-command = Такого я не знаю. /help покажет, что я умею.
words-style = Хорошо, для этого фото: { $style }.
words-emoji = Теперь его эмодзи – { $emoji }.
words-emoji-refused = Telegram не принимает { $emoji } для стикеров. Другой эмодзи подойдёт.
words-thanks = Пожалуйста. Присылай ещё фото, когда захочешь.
words-greeting = Привет. Пришли фото – и будет ещё один стикер.
words-unused = Не знаю, что с этим делать. Назови стиль, например «комикс», или пришли ещё фото. /style показывает стили.

# --- editing a sticker ---
button-edit = ✏️ Изменить
button-text = 💬 Надпись
button-no-text = ✖️ Без надписи
button-outline = 🖍 Обводка
button-outline-auto = ✨ Как в стиле
button-outline-none = 🚫 Без обводки
button-outline-thin = Тонкая
button-outline-normal = Обычная
button-outline-thick = Толстая
button-emoji = 😀 Эмодзи
button-keywords = 🏷 Слова для поиска
button-no-keywords = ✖️ Убрать слова
button-png = 🖼 Файл PNG
button-restore = ↩️ Вернуть этот
press-restored = Прежний снова на своём месте.
press-same = Он уже такой.
press-emoji = Отметь подходящие или ответь на стикер своими.
press-last-emoji = Стикеру нужен хотя бы один эмодзи.
note-replaced = Он занял место прежнего в наборе. «Отменить» вернёт прежний.
text-ask = Что на нём написать? Ответь, до { $most } знаков.
text-coming = Так и будет на стикере.
text-too-long = Для стикера это слишком длинно. Помещается до { $most } знаков.
text-unwritable = Для { $letters } у меня здесь нет шрифта. Латиница, кириллица и греческие буквы подойдут всегда.
keywords-ask = По каким словам его искать? Ответь, до { $most } через запятую.
keywords-set = Находится по словам: { $words }
keywords-none = Там не было слов. Ответь словами через запятую.
keywords-too-many = Telegram берёт { $most } слов, всего { $chars } знаков. Попробуй меньше.
keywords-removed = Слов для поиска у него больше нет.

# --- errors, by code ---
error-no-face = Не вижу здесь лица. Попробуй фото при хорошем свете, где ты смотришь в камеру.
error-photo-empty = Файл пустой. Пришли фото ещё раз.
error-photo-too-big = Файл больше 20 МБ. Пришли его как обычное фото, тогда он будет достаточно мал.
error-photo-too-many-pixels = В этой картинке слишком много пикселей. Пришли её как обычное фото.
error-photo-too-small = Картинка слишком мала, чтобы разглядеть лицо. Пришли побольше.
error-photo-truncated = Файл повреждён или неполный. Пришли фото ещё раз.
error-photo-animated = Оно движется. Пришли обычное фото, и я сделаю из него стикер.
error-not-a-photo = Из этого файла стикер не сделать: это не фото, которое я могу прочитать. Подойдут JPEG, PNG, WebP и HEIC.
error-photo-gone = Это фото я уже удалил. Пришли его ещё раз, и продолжим.
error-file-gone = Его я уже удалил. Пришли фото ещё раз.
error-download-failed = Не получилось загрузить твоё фото из Telegram. Пришли его ещё раз.
error-too-many-jobs =
    { $limit ->
        [one] Я рисую для тебя { $limit } стикер за раз. Остальные фото я не взял: пришли их ещё раз, когда он будет готов.
        [few] Я рисую для тебя { $limit } стикера за раз. Остальные фото я не взял: пришли их ещё раз, когда эти будут готовы.
       *[other] Я рисую для тебя { $limit } стикеров за раз. Остальные фото я не взял: пришли их ещё раз, когда эти будут готовы.
    }
error-daily-limit =
    { $limit ->
        [one] На сегодня это всё: { $limit } стикер.
        [few] На сегодня это всё: { $limit } стикера.
       *[other] На сегодня это всё: { $limit } стикеров.
    } { $hours ->
        [0] Следующий можно через { $minutes } мин.
       *[other] Следующий можно через { $hours } ч.
    }
error-queue-full = Сейчас стикеров хочет слишком много людей. Попробуй через несколько минут.
error-no-such-job = Этого стикера у меня уже нет. Пришли фото ещё раз.
error-bad-seed = Seed – это целое число от 0 до 4294967295, например /seed 42. С /seed random каждый стикер другой.
error-unknown-style = Такого стиля не знаю. Вот какие есть:
error-style-gone = Этого стиля больше нет. /style показывает, какие есть.
error-parameter-refused = Эта настройка здесь не действует.
error-text-unwritable = Таких символов я здесь на стикере не напишу. Латиница, кириллица и греческие буквы подойдут всегда.
error-unsupported-model = Таких стикеров я здесь не рисую.
error-engine-down = Сейчас я не могу рисовать. Попробуй позже.
error-storage = Сейчас я не могу ничего сохранить. Попробуй через несколько минут.
not-stored-yet = Сейчас я не могу ничего сохранить. Отправленное не потеряется: займусь им, как только смогу.
error-busy = Сейчас много работы. Попробуй через минуту.
error-broken = У меня что-то сломалось, номер { $reference }. Это записано. Можешь прислать фото ещё раз.
error-pack-failed = Telegram не принял стикер в набор. Попробуй чуть позже.
error-user-unreachable = Пока не могу добраться до твоего набора. Пришли /start и попробуй ещё раз.
error-wait =
    { $seconds ->
        [one] Telegram просит подождать { $seconds } секунду. Попробуй тогда.
        [few] Telegram просит подождать { $seconds } секунды. Попробуй тогда.
       *[other] Telegram просит подождать { $seconds } секунд. Попробуй тогда.
    }

# --- styles ---
style-choose = Твой стиль – { $style }. Какой хочешь?
style-chosen = Хорошо: { $style }. Пришли мне фото.
style-for-photo = Какой стиль для этого фото?
model-current = Рисует { $model }; последние кнопки это меняют.
model-chosen = Хорошо, { $model }. Пришли мне фото или несколько сразу.
model-face-to-sticker = 🎭 Стикер
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Мультик
style-cel = Аниме
style-comic = Комикс
style-caricature = Шарж
style-popart = Поп-арт
style-poster = Постер
style-watercolour = Акварель
style-pencil = Карандаш
style-ink = Тушь
style-neon = Неон
style-pixel = Пиксель
style-photo = Фото

# --- groups ---
group-how = Ответь на фото командой /sticker, и я сделаю из него стикер.
group-anonymous = Стикеру нужен владелец: пиши от себя, а не от группы или канала.
group-off = Хорошо, здесь я молчу. /sticker on вернёт меня.
group-on = Я снова здесь. Ответь на фото командой /sticker.
group-only-admins = Это могут только администраторы.
group-slow = Слишком много стикеров сразу. Попробуй через минуту.
group-no-stickers = Мне здесь нельзя отправлять стикеры. Администратор может разрешить.
guest-how = Ответь на фото, упомянув меня, и я сделаю из него стикер.
guest-fetch = Твой стикер готов.
button-fetch = ⬇️ Забрать стикер
button-agree = 👍 Моё фото, можно в набор
button-remove = 🗑 Убрать
press-agreed = Спасибо. Теперь ему можно в набор.
press-not-author = Это может сказать только тот, кто прислал фото.
press-not-remove = Убрать его может только тот, кто просил, кто прислал фото, или администратор.
press-removed = Убрано.
start-not-yours = Этот стикер чужой. Пришли мне фото, и будет свой.
privacy-groups = В группах из чужого фото выходит только стикер в этом чате, потом я удаляю фото. В набор он попадает, только если тот человек согласен, и он может его убрать.
command-sticker = Стикер из фото, на которое отвечаешь

# --- seed ---
seed-is-fixed = Твой seed – { $seed }: то же фото даёт тот же стикер.
seed-is-random = Каждый стикер выходит немного другим.
seed-how = /seed 42 закрепит один вариант.
seed-last = У твоего последнего стикера seed { $seed }.
button-keep-variation = 📌 Оставить этот вариант
button-keep-last = 📌 Оставить его
button-seed-random = 🎲 Каждый раз новый
press-kept = Оставляю. Теперь все твои стикеры выходят так; /seed это изменит.
press-seed-random = Каждый стикер снова выходит немного другим.

# --- every style of one photo ---
progress-styles = Примеряю на тебя все стили…
styles-add = Коснись одного, и он станет новым стикером.
styles-swap = Коснись одного, и он встанет на место твоего стикера.
button-styles-swap = 🔄 Лучше заменить стикер
button-styles-add = ➕ Лучше новым стикером
press-is-in-pack = Он уже в твоём наборе.

# --- settings ---
settings = Твои настройки для всех будущих стикеров. Нажми, чтобы изменить.
setting-saved = Сохранено.
setting-style = Стиль
setting-style-about = Стиль твоих стикеров. Слово под фото важнее, но только для этого фото.
setting-shape = Форма
setting-shape-about = Как ты выглядишь на стикере. Автоматически: вырезанный, а где не выходит – круглый.
setting-shape-auto = Автоматически
setting-outline = Контур
setting-outline-about = Полоса вокруг тебя. По стилю: у каждого стиля своя.
setting-outline-auto = по стилю
setting-outline-white = ⚪ белый
setting-outline-black = ⚫ чёрный
setting-outline-none = без
setting-model = Модель
setting-model-about = Что рисует твои стикеры.
setting-speed = Рисование
setting-speed-about = Быстро – меньше шагов, тщательно – больше и дольше.
setting-speed-normal = обычно
setting-speed-quick = быстро
setting-speed-fine = тщательно
setting-likeness = Сходство
setting-likeness-about = Сколько остаётся от твоего лица. Чем больше сходства, тем меньше места стилю.
setting-likeness-normal = обычное
setting-likeness-less = меньше
setting-likeness-more = больше
setting-strength = Сила стиля
setting-strength-about = Насколько точно я следую стилю и твоим словам.
setting-strength-normal = обычная
setting-strength-soft = мягкая
setting-strength-strong = сильная
setting-pack = В набор
setting-pack-about = Автоматически: каждый стикер сразу попадает в твой набор. По просьбе: он приходит с кнопкой, которая его добавит. Все реакции попадают в набор в любом случае.
setting-pack-on = автоматически
setting-pack-off = по просьбе
setting-photo = Моё фото
setting-photo-about = Как долго я храню твоё фото. «Ещё один», «Стили» и всё, что рисует его заново, работает только это время. Не хранить: оно удаляется, как только стикер готов.
setting-photo-usual = { $hours } ч
setting-photo-hour = 1 ч
setting-photo-none = не хранить
setting-language = Язык
setting-language-about = Какой язык?
setting-news = Новости
setting-news-about = Иногда те, кто ведёт этого бота, пишут всем. Выключено: тебе – нет.
setting-news-on = включено
setting-news-off = выключено
news-on = Новости снова будут приходить.
news-off = Новостей больше не будет. /settings вернёт их.
button-news-off = 🔕 Больше не надо
button-news-on = 🔔 Снова новости

# --- key=value in a caption ---
parameter-unknown = Параметра «{ $name }» нет. Я знаю { $nearest }.
parameter-useless = «{ $name }» здесь ничего не меняет. Я знаю { $nearest }.
parameter-range = { $name } – от { $least } до { $most }, а не { $value }.
parameter-whole = { $name } – целое число от { $least } до { $most }, а не { $value }.
parameter-choice = { $name } – одно из { $choices }, а не { $value }.
parameter-kept = Твоё фото ещё у меня: просто напиши ещё раз без ошибки.
button-without = ✨ Нарисовать без этого

# --- operators ---
operators-paused = Приостановлено. Фото принимаются и ждут до /resume.
operators-is-paused = Приостановлено. /resume продолжит.
operators-resumed = Продолжаю.
operators-not-paused = Я не на паузе.
operators-chart = Последние { $days } дн., UTC: 🟦 завершено, 🟥 из них неудачно, 🟩 людей, 🟨 медиана секунд от фото до стикера.
operators-no-ban = Оператора нельзя заблокировать.
operators-banned =
    { $count ->
        [one] { $person } заблокирован. Отменён { $count } стикер.
        [few] { $person } заблокирован. Отменены { $count } стикера.
       *[other] { $person } заблокирован. Отменено { $count } стикеров.
    }
operators-unbanned = { $person } может вернуться.
operators-not-banned = { $person } не заблокирован.
operators-whom = Напиши номер в Telegram, как /ban 1234, или метку одного из стикеров этого человека, как /ban job 3f9a1c.
operators-no-job = Такой метки нет ни у одного стикера. Это начало его номера, как в сообщении или в журнале.
banned = Ты больше не можешь пользоваться этим ботом.
progress-paused = Есть. У меня перерыв; твой стикер придёт, когда я вернусь.
press-paused = У меня перерыв; он придёт, когда я вернусь.
queue-paused = У меня перерыв. Всё придёт, когда я вернусь.
broadcast-empty = Напиши, что должны прочитать все, как /broadcast Привет.
broadcast-ask =
    { $count ->
        [one] Вот как это выглядит. Отправить { $count } человеку?
        [few] Вот как это выглядит. Отправить { $count } людям?
       *[other] Вот как это выглядит. Отправить { $count } людям?
    }
broadcast-sending = Отправляю. В конце расскажу.
broadcast-dropped = Никто этого не получит.
button-broadcast-send = 📣 Отправить
button-broadcast-drop = ✖️ Никому
broadcast-sent =
    { $count ->
        [one] Получил { $count } человек.
        [few] Получили { $count } человека.
       *[other] Получили { $count } человек.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } заблокировал бота.
        [few] { $count } заблокировали бота.
       *[other] { $count } заблокировали бота.
    }
broadcast-failed =
    { $count ->
        [one] До { $count } не добраться.
        [few] До { $count } не добраться.
       *[other] До { $count } не добраться.
    }
broadcast-begun =
    { $count ->
        [one] Про { $count } не знаю: связь оборвалась. Дважды я не отправлял.
        [few] Про { $count } не знаю: связь оборвалась. Дважды я не отправлял.
       *[other] Про { $count } не знаю: связь оборвалась. Дважды я не отправлял.
    }
alarm-queue = ⚠️ Самый старый стикер ждёт уже { $minutes } мин.
alarm-queue-over = ✅ Очередь снова короткая.
alarm-disk = ⚠️ Диск почти полон: осталось { $megabytes } МБ.
alarm-disk-over = ✅ На диске снова есть место: { $megabytes } МБ.
alarm-engine = ⚠️ Движок сломался, его запустили снова. Он загружается.
alarm-engine-over = ✅ Движок снова рисует.
alarm-telegram-over = ⚠️ Telegram был недоступен { $minutes } мин. ✅ Он снова есть.

# --- packs, queue ---
pack-none = У тебя ещё нет стикеров. Пришли селфи, и будет.
pack-list =
    { $count ->
        [one] У тебя { $count } набор:
        [few] У тебя { $count } набора:
       *[other] У тебя { $count } наборов:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } стикер
        [few] { $title } – { $stickers } стикера
       *[other] { $title } – { $stickers } стикеров
    }
queue-none = Сейчас я ничего для тебя не делаю. Пришли фото.
queue-running = Как раз рисую.
queue-waiting =
    { $ahead ->
        [0] Следующий в очереди.
       *[other] В очереди, впереди { $ahead }.
    }
queue-fetching = Загружаю фото.
queue-drawn =
    { $count ->
        [one] { $count } нарисован и ждёт Telegram.
        [few] { $count } нарисованы и ждут Telegram.
       *[other] { $count } нарисовано, ждут Telegram.
    }
queue-adding = Добавляю в набор.
cancel-none = Останавливать нечего.
cancel-done =
    { $count ->
        [one] Остановлен { $count } стикер.
        [few] Остановлено { $count } стикера.
       *[other] Остановлено { $count } стикеров.
    }
cancel-drawn = 
    { $count ->
        [one] { $count } стикер уже нарисован и ещё придёт.
        [few] { $count } стикера уже нарисованы и ещё придут.
       *[other] { $count } стикеров уже нарисованы и ещё придут.
    }

# --- my packs ---
pack-takes-next = Следующий стикер попадёт сюда.
pack-chosen = «{ $title }» получит следующий стикер.
pack-ask-new = Как назвать новый набор?
pack-ask-title = Как назвать «{ $title }»?
pack-title-refused = В названии от 1 до 64 букв. Пришли другое.
pack-planned = «{ $title }» начнётся со следующего стикера.
pack-renamed = Теперь он называется «{ $title }».
pack-delete-ask = Удалить «{ $title }» со всеми стикерами? Вернуть не получится.
pack-deleted = Набор удалён.
pack-already-deleted = Этого набора уже нет.
news-planned-pack = Это первый стикер твоего нового набора.
sticker-not-there = Этого стикера уже нет в твоём наборе.
sticker-ask-emoji = Сейчас это { $emoji }. Какой эмодзи поставить? Можно несколько.
sticker-no-emoji = Пришли мне один эмодзи или несколько.
sticker-is-icon = Теперь это иконка твоего набора.
sticker-place = Место { $place } из { $total }.
sticker-about = Он твой: { $emoji }
sticker-about-words = Он твой: { $emoji } – ищи по { $words }
is-foreign-sticker = Этот стикер не из набора, который я тебе сделал, изменить его я не могу.
button-show-pack = 👀 Показать
button-share-pack = 📤 Поделиться
button-send-sticker = 💬 Отправить
button-rename = ✏️ Переименовать
button-delete-pack = 🗑 Удалить
button-delete-really = 🗑 Да, удалить
button-next-here = ⭐ Следующий стикер сюда
button-new-pack = ➕ Новый набор
button-all-packs = ‹ Все наборы
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Эмодзи
button-own-keywords = 🏷 Слова
button-icon = 🖼 Иконка набора
button-take-out = 🗑 Убрать
button-take-out-really = 🗑 Да, убрать

# --- inline ---
button-inline-first = ✨ Сделай свой первый стикер
button-inline-none = Такого стикера нет. Сделай его
button-inline-new = ✨ Сделать новый

# --- export ---
export-which = Какой набор?
export-where = Куда перенести «{ $title }»?
export-packing = Упаковываю { $done } из { $total }…
export-already = Уже упаковываю.
export-few = WhatsApp принимает наборы от 3 стикеров; в этом { $count }.
export-empty = В нём нет стикеров.
export-failed = Telegram сейчас не отдаёт мне стикеры. Попробуй чуть позже.
export-done-whatsapp = Для WhatsApp: стикеров { $count } из { $total }.
export-done-signal = Для Signal: стикеров { $count } из { $total }. Signal на компьютере сделает из них набор.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Твои стикеры для WhatsApp или Signal

# --- emoji mosaic ---
mosaic-done = Твоё лицо из { $count } эмодзи. С Telegram Premium его можно писать где угодно.
mosaic-deleted = Эмодзи удалены.
button-mosaic = 🧩 Как эмодзи
button-open-emoji = 🧩 Открыть эмодзи
button-delete-emoji = 🗑 Удалить

# --- privacy ---
privacy =
    { $hours ->
        [0] Твоё фото я не храню, как и задано: оно удаляется, как только стикер готов.
        [one] Твоё фото я храню { $hours } час, чтобы сделать другой вариант. Потом оно удаляется само.
        [few] Твоё фото я храню { $hours } часа, чтобы сделать другой вариант. Потом оно удаляется само.
       *[other] Твоё фото я храню { $hours } часов, чтобы сделать другой вариант. Потом оно удаляется само.
    }
    Где оно снято и другие скрытые данные я отбрасываю сразу.
    { $days ->
        [one] Готовый стикер и слова под фото остаются у меня { $days } день, а выбранный стиль и идентификатор Telegram – пока ты не попросишь всё забыть.
        [few] Готовый стикер и слова под фото остаются у меня { $days } дня, а выбранный стиль и идентификатор Telegram – пока ты не попросишь всё забыть.
       *[other] Готовый стикер и слова под фото остаются у меня { $days } дней, а выбранный стиль и идентификатор Telegram – пока ты не попросишь всё забыть.
    }
    Никому ничего из этого не передаю. Другое дело – твои наборы: у кого есть ссылка на набор, тот его видит. /forget удаляет всё, что я храню.
forget-ask = Удалить всё, что я о тебе знаю? Твои фото, стикеры здесь и настройки. Наборы в Telegram останутся, если не удалить и их.
forget-done = Готово. Я тебя забыл. Пришли фото, когда захочешь начать снова.
forget-done-packs = Готово. Я тебя забыл, а твои наборы удалены.
forget-kept = Ничего не удалено.
consent = Твои стикеры попадают в набор, который видит каждый, у кого есть ссылка. /privacy
forget-packs =
    { $count ->
        [one] { $count } набор
        [few] { $count } набора
       *[other] { $count } наборов
    }
forget-requests =
    { $count ->
        [one] { $count } запрос с его словами
        [few] { $count } запроса с их словами
       *[other] { $count } запросов с их словами
    }
forget-stickers =
    { $count ->
        [one] { $count } стикер
        [few] { $count } стикера
       *[other] { $count } стикеров
    }
forget-photos =
    { $count ->
        [one] { $count } фото
        [few] { $count } фото
       *[other] { $count } фото
    }
forget-deleted = Удалено: { $what }.

# --- language ---
language-choose = Какой язык?
language-chosen = Хорошо, по-русски.

# --- buttons ---
button-another = 🔁 Ещё один
button-style = 🎨 Стили
button-badge = ⭕ Лучше круглый
button-cutout = ✂️ Лучше вырезанный
button-shape = ✂️ Форма
button-shape-bust = 👤 Портрет
button-shape-figure = 🧍 Фигура
button-shape-head = 🎈 Голова
button-shape-badge = ⭕ Круглый
button-back = ‹ Назад
button-anyway = ✨ Всё равно сделать
button-reactions = 😂 Все реакции
button-undo-all = ↩️ Отменить все
button-undo = ↩️ Отменить
button-put-back = ➕ Вернуть
button-put-all-back = ➕ Вернуть все
button-open-pack = 📦 Открыть набор
button-add = ➕ Попробовать ещё раз
button-add-to-pack = ➕ В мой набор
button-cancel = ✖️ Остановить
button-forget = Удалить всё
button-forget-packs = Удалить всё и мои наборы
button-keep = Оставить всё

# --- short answers to a press ---
press-drawing = Делаю.
press-already = Я его уже рисую.
press-already-all = Уже делаю.
press-undone = Убран из твоего набора.
press-already-undone = Его уже не было в наборе.
press-all-there = Они уже в твоём наборе.
press-undone-all = Все убраны из твоего набора.
press-already-undone-all = Их уже не было в наборе.
press-back = Он снова в твоём наборе.
press-added = Теперь он в твоём наборе.
press-working = Минутку…
press-stopped = Остановлено.
press-too-late = Он уже готов.
press-stale = Эта кнопка больше не действует. Пришли лучше фото.
press-not-yours = Эта кнопка чужая.

# --- profile ---
about = Пришли селфи – получи стикер. Каждый стикер попадает в твой собственный набор, готовый для любого чата.
about-short = Делает из твоего селфи стикер в собственном наборе.
command-start = Поздороваться
command-style = Выбрать стиль
command-seed = Закрепить один вариант
command-pack = Твои стикеры
command-queue = Над чем я работаю
command-cancel = Остановить это
command-language = Сменить язык
command-settings = Твои настройки
command-privacy = Что я храню
command-forget = Удалить мои данные
command-help = Как это работает
command-stats = Последние дни
command-pause = Не рисовать нового
command-resume = Рисовать снова
command-ban = Заблокировать кого-то
command-unban = Разблокировать
command-job = Что стало со стикером
command-broadcast = Написать всем

"""The entrance for Telegram: handlers over delivery over packs over transport and words."""

"""The hosted services whose clients this server answers."""

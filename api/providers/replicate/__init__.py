"""Replicate's service: predictions that are waited for, asked for, or told by signed webhooks; models; files."""

"""Device service of a till: prints receipts and opens drawers for Odoo's POS."""

__version__ = "0.1.0"

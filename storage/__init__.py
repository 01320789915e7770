"""Tables, migrations, and the durable side of a turn."""

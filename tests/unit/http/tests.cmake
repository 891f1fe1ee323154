pdns_unit_test(http FILES connection_table daemon host_list listen server LIBS pdns_http LABELS threads)

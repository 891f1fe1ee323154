pdns_unit_test(http FILES body connection_table daemon head host_list keep_alive listen pipe server stream stream_server LIBS pdns_http LABELS threads)

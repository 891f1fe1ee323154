pdns_unit_test(base FILES bytes hash log_limit status stop LIBS pdns_base)

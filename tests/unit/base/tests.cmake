pdns_unit_test(base FILES bytes hash status stop LIBS pdns_base)

pdns_unit_test(store
  FILES journal key_list key_range keys_md long_rdata meta_rows reverse_key row_key sketch value
  LIBS pdns_store pdns_dns fmt::fmt
  HEAVY COST 20)

pdns_unit_test(store
  FILES fate_rows key key_list key_range key_sort keys_md merge reverse_key reverse_rows rocks rocks_files rocks_full rocks_kill rocks_large
        rocks_count rocks_open rocks_reverse rocks_tidy seen_cache sorted_rows value
  LIBS pdns_store pdns_dns PkgConfig::rocksdb fmt::fmt
  HEAVY COST 60)

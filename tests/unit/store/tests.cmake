pdns_unit_test(store
  FILES key key_range reverse_key value merge seen_cache keys_md rocks rocks_open rocks_reverse
  LIBS pdns_store pdns_dns PkgConfig::rocksdb fmt::fmt)

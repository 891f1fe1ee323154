pdns_unit_test(ingest
  FILES archived clock dear job_queue hand_over figures live drainer claims forget collector worker_pool vanishing exactly_once
        follow variants service socket report storing unpack
  LIBS pdns_ingest pdns_proto PkgConfig::protobuf_c PkgConfig::archive PkgConfig::zstd PkgConfig::rapidjson
  LABELS threads COST 60)

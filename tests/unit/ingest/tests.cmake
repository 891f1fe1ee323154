pdns_unit_test(ingest
  FILES clock dear control_message control control_crowd control_rules job_queue taps hand_over figures live archive archive_disk archive_files archive_keeper counters lane drainer claims collector worker_pool sources source_place vanishing
        exactly_once follow variants service socket report storing
  LIBS pdns_ingest pdns_proto PkgConfig::protobuf_c PkgConfig::archive PkgConfig::rapidjson
  LABELS threads COST 60)

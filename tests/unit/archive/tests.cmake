pdns_unit_test(archive
  FILES archive disk files keeper
  LIBS pdns_archive pdns_proto PkgConfig::protobuf_c PkgConfig::archive
  LABELS threads)

pdns_unit_test(dnstap FILES decode fields message LIBS pdns_dnstap pdns_proto PkgConfig::protobuf_c)

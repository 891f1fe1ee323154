pdns_unit_test(dns
  FILES address_block idn wire_name rdata rdata_layout rdata_oracle answers answers_rdata chain targets text rdata_text message message_text
  LIBS pdns_dns PkgConfig::ldns
  LABELS threads)

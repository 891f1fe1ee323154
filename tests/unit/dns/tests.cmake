pdns_unit_test(dns
  FILES address_block wire_name rdata rdata_layout rdata_oracle answers answers_rdata chain targets text message
        presentation/idn presentation/rdata_text presentation/rdata_from_text presentation/message_text
  LIBS pdns_dns PkgConfig::ldns
  LABELS threads)

pdns_unit_test(ask
  FILES indicator json_list list name_pattern question sensors stix_pattern text_pattern utf8_text wanted when
  LIBS pdns_ask fmt::fmt)

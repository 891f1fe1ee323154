pdns_unit_test(query
  FILES answer_cursor cut_answer far_end filter hit_sorter indicator list lookup name_pattern new_rows pivot pivot_bounds
        question sort_key sorter text_pattern when
  LIBS pdns_query fmt::fmt)

// The tuples of the real captures in tests/data, from the files that another program wrote.
#pragma once

#include <charconv>
#include <sstream>
#include <string>
#include <vector>

#include "unit/store_rocks/rows.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

inline std::vector<record::OwnedTuple> CorpusTuples() {
  std::vector<record::OwnedTuple> tuples;
  for (const char* name : {"bind-rr.tuples.tsv", "unbound-rr.tuples.tsv"}) {
    std::istringstream lines(testing::TestData(name));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> fields;
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, '\t');) fields.push_back(cell);
      if (fields.size() == 6) fields.emplace_back();  // empty rdata
      const auto type = dns::TypeFromText(fields.at(1));
      if (!type.has_value()) ADD_FAILURE() << line;
      tuples.push_back(
          MakeTuple(fields.at(0), type.value_or(record::RrType{}), FromHex(fields.at(6))));
    }
  }
  EXPECT_GT(tuples.size(), 1000U);
  return tuples;
}

}  // namespace pdns::store_rocks

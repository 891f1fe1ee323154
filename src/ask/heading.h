// The heading of a table: its line -> [Heading] -> the cells of other lines to ask for.
//
// CSV and TSV of any program whose heading names a column as FieldOf knows it; the `#fields` of
// Zeek; a heading in a comment, as some feeds have it.
//
// 16 bytes a column, of one line. One thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/fields.h"

namespace pdns::ask {

class Heading {
 public:
  // Is this line a heading? Then it is the one of the lines behind it. `first`: no other line came
  // before it, so that one column is enough.
  bool Read(std::string_view line, bool first);
  // The same of a comment; what is none changes nothing.
  bool ReadComment(std::string_view line);

  // The cells of the columns that hold indicators, without their quotes, without those that have no
  // value; an rrname as AsIndicator has it. Nothing: the line has another number of columns.
  std::optional<std::vector<std::string>> CellsOf(std::string_view line) const;

  // Is it of an answer (rrname), where no line is a comment whatever a name begins with?
  bool of_answers() const { return of_answers_; }

  // "asking for columns 2 ('address') and 3 ('name')"
  std::string Told() const;

 private:
  struct Column {
    std::size_t number;  // from 0
    Field field;
    std::string name;
  };

  bool Keep(const std::vector<std::string_view>& cells, char separator);

  char separator_ = '\0';  // of a heading that was read
  std::size_t size_ = 0;   // columns
  bool zeek_ = false;      // it stood in #fields
  bool of_answers_ = false;
  std::vector<Column> asked_;
};

}  // namespace pdns::ask

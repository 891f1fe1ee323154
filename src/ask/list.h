// Many things asked at once: a file of indicators -> [ReadList] -> what they ask for, in the order
// of the database, so that one pass over it answers all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <istream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/selection.h"

namespace pdns::ask {

struct Listed {
  std::string_view text;   // for AskName; good as long as its list
  std::uint64_t line = 0;  // from 1; of JSON the number of the value
};

// 24 bytes an indicator and its text: there may be a million of them. Fixed once it is
// read; then any thread may call.
class List {
 public:
  List() = default;
  List(const List&) = delete;  // the entries point at the blocks
  List& operator=(const List&) = delete;
  List(List&&) = default;
  List& operator=(List&&) = default;

  std::size_t size() const { return entries_.size(); }
  Listed operator[](std::size_t i) const { return {entries_[i].text(), entries_[i].line}; }

  void Add(std::string_view text, std::uint64_t line, store::Side side, std::string_view from);
  // Of JSON: attributes and objects that hold no indicator.
  std::uint64_t passed_over() const { return passed_over_; }
  void PassOver(std::uint64_t count) { passed_over_ += count; }
  // How it was read where that is not plain: which columns, which members of objects. At most
  // kMostNotes; for a person.
  static constexpr std::size_t kMostNotes = 8;
  const std::vector<std::string>& notes() const { return notes_; }
  void Note(std::string note);
  // Into the order of the database; nothing is added afterwards.
  void Sort();

 private:
  using Blocks = std::deque<std::string>;  // of bytes, which stay where they are
  static const char* Keep(Blocks& blocks, std::string_view text, std::string_view from);

  struct Entry {
    const char* bytes = nullptr;  // the text; until Sort, too, where its span of that side begins
    std::uint64_t line = 0;
    std::uint32_t text_size = 0;
    std::uint16_t from_size = 0;
    store::Side side = store::Side::kOwner;

    std::string_view text() const { return {bytes, text_size}; }
    std::string_view from() const { return {bytes + text_size, from_size}; }
  };

  std::vector<Entry> entries_;
  Blocks blocks_;
  std::uint64_t passed_over_ = 0;
  std::vector<std::string> notes_;
};

// Told where an indicator stands ("line 5", "Event.Attribute[3].value"), its text, and what is
// wrong with it.
using BadIndicator =
    std::function<void(const std::string& place, std::string_view text, const Status& why)>;

// Lines or JSON documents, by their beginning; UTF-8, or UTF-16 with its mark (ask/utf8_text.h).
// Of lines: one indicator a line, as AskName takes them; blank lines and what stands behind a `#`
// or `//` at the start of a line or behind a blank are passed over, as are lines that begin with
// `;;`, `; ` or `! `, and the address in a line of a hosts file ("0.0.0.0 ads.example"). Below a
// heading (ask/heading.h) the cells of its columns are asked for. A line may be a JSON value of its
// own. Of JSON: ask/json_list.h; the values count as lines do, refused ones too. Bad indicators are
// told and left out. Read piece by piece, so that memory is the list's own and the bounds of those
// two headers. kIo; kNoInput: JSON that cannot be used; kUsage: more than `most` indicators, bad
// ones counted.
Result<List> ReadList(std::istream& text, const BadIndicator& bad,
                      std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace pdns::ask

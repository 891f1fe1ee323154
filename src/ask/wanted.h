// Which of many questions a row may answer: questions -> [Wanted] -> their numbers, row by row. For
// the journal, whose rows come in no order that a question could use.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ask/question.h"
#include "record/tuple_key.h"

namespace pdns::ask {

// 18 bytes a question. A row costs one look for its owner and each of its targets at each length
// that a wanted name has (usually below 60), and one for each question that neither names nor
// addresses bound, not one for each question. Build it by one thread; then one at a time.
class Wanted {
 public:
  // In the order of their numbers, from 0. Then Index, once.
  void Add(const Question& question);
  void Index();

  // The numbers of all questions that hold the row, and maybe of some that do not
  // (Question::Holds), ascending, each once. Good until the next call.
  const std::vector<std::uint32_t>& MayHold(const record::Tuple& tuple);

 private:
  // What begins so, or is so: names of one side, or addresses.
  class Spans {
   public:
    void Add(std::string_view lo, std::uint32_t number);
    void Index();
    // Those that `bytes` begin with.
    void Find(std::string_view bytes, std::vector<std::uint32_t>& numbers) const;

   private:
    struct Slot {
      std::uint64_t hash;
      std::uint32_t number;
    };
    bool MayHave(std::uint64_t hash) const {
      return (seen_[(hash & mask_) / 64] >> (hash % 64) & 1) != 0;
    }

    std::vector<Slot> slots_;  // by hash
    std::bitset<record::kMaxOrderedName + 1> sizes_;
    std::vector<std::uint64_t>
        seen_;  // a bit for each hash, of 8 to 16 a slot: most looks end here
    std::uint64_t mask_ = 0;
  };

  // Addresses of one size from `lo` to `hi`, in the order of `lo`.
  struct Range {
    std::string lo;
    std::string hi;
    std::uint32_t number;
    std::string highest{};  // of this range and all before it
  };

  void AddRange(const store::Span& span);
  void FindRanges(std::string_view address);

  std::uint32_t next_ = 0;
  Spans owners_;
  Spans targets_;
  Spans addresses_;
  std::array<std::vector<Range>, 2> ranges_;  // of 4 and of 16 bytes
  std::vector<std::uint32_t> others_;
  std::vector<std::uint32_t> found_;
  std::string ordered_;
};

}  // namespace pdns::ask

// Answers in numbers: hits -> [Summary, KnownList] -> how many rows, from when to when.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "ask/list.h"
#include "query/hit.h"

namespace pdns::query {

// Rows, and when they were seen. One thread at a time.
struct SeenRows {
  std::uint64_t rows = 0;
  std::chrono::sys_seconds first{};  // of all rows; means nothing without rows
  std::chrono::sys_seconds last{};

  // Not record::Merge, which would unite the days of all rows as well.
  void Add(const record::History& history);
};

// The same with their counts. One thread at a time.
struct RowCount : SeenRows {
  std::uint64_t count = 0;  // the sum, at most record::kMaxCount

  void Add(const record::History& history);
};

// Of a whole answer, and by type. Numbers only, however many rows are added. One thread at a time.
struct Summary {
  RowCount total;
  std::map<record::RrType, RowCount> types;

  void Add(const Hit& hit);
};

// One of the things asked, and whether the database knows it.
struct KnownIndicator {
  std::string_view text;   // as it was given; good as long as the request
  std::uint64_t line = 0;  // of the list it stood in; 0: an argument
  SeenRows found;          // no rows: it is not known
};

// Which of many things asked are known: arguments first, as they were asked, then those of a list
// by line. Of an answer that is not whole those with rows alone: of the others nobody knows whether
// all was looked at. There may be a million: each takes 28 bytes, and what is shown of one is made
// when it is looked at. A plain value that borrows texts and the list, which outlive it. One thread
// at a time; once it is finished, any.
class KnownList {
 public:
  // What may be asked: arguments, then a list, if there is one.
  void Expect(std::vector<std::string_view> arguments, const ask::List* list);

  // The next thing is asked: arguments, then the list in its own order, numbered from 0.
  void Begin() { found_.emplace_back(); }
  // A row was found for one of those.
  void Found(std::size_t number, const record::History& history) { found_.at(number).Add(history); }
  // All that is asked was asked; the answer is whole or not. Before it nothing is shown.
  void Finish(bool whole);

  std::size_t size() const { return shown_.size(); }
  KnownIndicator operator[](std::size_t at) const { return Of(shown_[at]); }

  class Iterator {
   public:
    Iterator(const KnownList& list, std::size_t at) : list_(&list), at_(at) {}
    KnownIndicator operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const KnownList* list_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  KnownIndicator Of(std::uint32_t number) const;

  std::vector<std::string_view> arguments_;
  const ask::List* list_ = nullptr;   // none: no list was given
  std::vector<SeenRows> found_;       // by number
  std::vector<std::uint32_t> shown_;  // numbers
};

}  // namespace pdns::query

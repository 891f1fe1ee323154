// Which of many things asked are known: hits -> [KnownList] -> KnownIndicator, one by one ->
// render.
//
// Arguments first, as they were asked, then the things of a list by line. Of an answer that is not
// whole those with rows alone: of the others nobody knows whether all was looked at. There may be a
// million: each takes 28 bytes. What is shown of one is made when it is looked at.
//
// A plain value that borrows texts and the list, which outlive it. One thread at a time; once it is
// filled, any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ask/list.h"
#include "query/summary.h"
#include "record/history.h"

namespace pdns::query {

// One of the things asked, and whether the database knows it.
struct KnownIndicator {
  std::string_view text;   // as it was given; good as long as the request
  std::uint64_t line = 0;  // of the list it stood in; 0: an argument
  SeenRows found;          // no rows: it is not known
};

class KnownList {
 public:
  // What may be asked: arguments, then a list, if there is one.
  void Expect(std::vector<std::string_view> arguments, const ask::List* list);

  // The next thing is asked: arguments, then the list in its own order, numbered from 0.
  void Begin() { found_.emplace_back(); }
  // A row was found for one of those.
  void Found(std::size_t number, const record::History& history) { found_.at(number).Add(history); }
  // What is asked was asked, and the answer to it is whole. Before it nothing is shown.
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

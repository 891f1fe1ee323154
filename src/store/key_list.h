// Many keys one behind the other in one piece of memory: written by appending, read by number.
//
// A value. One thread at a time while it is written; then any number may read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pdns::store {

class KeyList {
 public:
  // The key in the making: append to it and to nothing before it, then End().
  std::string& open() { return bytes_; }
  void End() { ends_.push_back(bytes_.size()); }

  std::size_t size() const { return ends_.size(); }

  // Good until the next key is begun.
  std::string_view operator[](std::size_t i) const {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(start, ends_[i] - start);
  }

  template <class Holds>
  bool AnyOf(const Holds& holds) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (holds((*this)[i])) return true;
    }
    return false;
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace pdns::store

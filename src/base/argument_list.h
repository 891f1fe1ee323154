// Texts as exec and posix_spawn take them.
#pragma once

#include <string>
#include <vector>

namespace pdns {

// A pointer to each text and a null at the end: good as long as the texts, which the callee does
// not change whatever its type says. Any thread.
inline std::vector<char*> ArgumentList(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

}  // namespace pdns

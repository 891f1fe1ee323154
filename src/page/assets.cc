#include "page/assets.h"

#include <algorithm>

namespace pdns::page {

const Asset* FindAsset(std::string_view name) {
  const auto assets = Assets();
  const auto found = std::ranges::find(assets, name, &Asset::name);
  return found == assets.end() ? nullptr : &*found;
}

}  // namespace pdns::page

// Text into columns of a terminal: what each column gets, and a cell as lines of that width.
//
// Functions: any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace pdns::render {

// Shares `room` characters among columns that need so many: none gets more than it needs, and the
// small ones are served first. Each gets `least` or its need at least, even where that is more than
// the room.
std::vector<std::size_t> ShareWidth(std::span<const std::size_t> needs, std::size_t room,
                                    std::size_t least);

// Pieces of at most `width` characters (1 or more) that joined give back the text; a piece ends
// behind a space when there is one in its second half. "" is one empty piece. Views of `text`.
std::vector<std::string_view> Wrap(std::string_view text, std::size_t width);

}  // namespace pdns::render

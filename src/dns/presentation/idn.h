// Names in other scripts: UTF-8 as people read it -> A-labels as the DNS holds it. Guest: libidn2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pdns::dns {

// UTS #46, non-transitional, label by label: labels of ASCII alone stay as they are, so that
// wildcards, underscores and a trailing dot survive. Ideographic full stops are dots. Nothing when
// the text is not UTF-8, holds what no label may (IDNA2008, which has no emoji), or joins an escape
// or a wildcard with a label in another script (the A-label of a label's beginning is no beginning
// of its A-label).
std::optional<std::string> ToAscii(std::string_view utf8);

}  // namespace pdns::dns

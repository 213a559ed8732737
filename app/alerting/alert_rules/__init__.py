"""Alert rules: from what people write to what the engine decides by.

schemas      as they travel
content      between that and a `RuleDefinition`, both ways
checking     everything that is wrong with one
scope        which sensors are meant, and what their values are
summary      a rule in words
service      rules and their versions
templates    rules out of packs
"""

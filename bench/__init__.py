"""`make bench`: what the portal costs. Ratios first, for they hold on any machine; then figures.

Each module measures one thing and is named after it; docs/performance.md says what was seen.
"""

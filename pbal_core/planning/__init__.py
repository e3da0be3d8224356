"""The answer: the strategies, the exact search, and the plan with its reasons and remarks."""

"""A stand-in for the platform that keeps its documented rules, written without any of the product's own rules.

``python -m tests.platform`` runs it for development; tests run it in their own process. What is documented: limits
and error codes of 服务号 › API. Where the documents only say that something must not be, it is refused.
"""

"""Data to try Dromio on: made-up dirty customers and organisations of any size, and FEBRL 3."""

from dromio.datasets.companies import organisations
from dromio.datasets.customers import Rates, customers
from dromio.datasets.dataset import Dataset, write
from dromio.datasets.febrl import febrl3

__all__ = ["Dataset", "Rates", "customers", "febrl3", "organisations", "write"]

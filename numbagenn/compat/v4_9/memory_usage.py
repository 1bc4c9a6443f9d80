"""What `GeNNModel.build` returns in PyGeNN 4.9: how much memory a model needs."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class MemoryUsage:
    """How much memory a model needs, as far as that is known before it is loaded.

    Here the device is the host, so both have the same memory, and none is copied to a GPU.

    Examples
    --------
    >>> usage = MemoryUsage(3 * 1024 * 1024)
    >>> usage.get_device_mbytes(), usage.get_host_bytes(), usage.get_zero_copy_mbytes()
    (3, 3145728, 0)
    """

    num_bytes: int

    def get_host_bytes(self) -> int:
        """Return the bytes on the host."""
        return self.num_bytes

    def get_device_bytes(self) -> int:
        """Return the bytes on the device."""
        return self.num_bytes

    def get_zero_copy_bytes(self) -> int:
        """Return the bytes that a GPU would share with the host: none."""
        return 0

    def get_host_mbytes(self) -> int:
        """Return the whole mebibytes on the host."""
        return self.num_bytes // _MEBIBYTE

    def get_device_mbytes(self) -> int:
        """Return the whole mebibytes on the device."""
        return self.num_bytes // _MEBIBYTE

    def get_zero_copy_mbytes(self) -> int:
        """Return the whole mebibytes that a GPU would share with the host: none."""
        return 0

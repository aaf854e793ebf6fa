"""NumPy's tables for the ziggurat, as source code for kernels/noise.cu."""

from numba.np.random._constants import fi_float, ki_float, wi_float, ziggurat_nor_inv_r_f, ziggurat_nor_r_f


def tables() -> str:
    """Declarations of the tables and of the two constants of the tail; every number is exact."""
    return "\n".join(
        [
            _table("float", "WIDTHS", map(_single, wi_float)),
            _table("unsigned int", "LIMITS", (f"{int(limit)}u" for limit in ki_float)),
            _table("float", "HEIGHTS", map(_single, fi_float)),
            f"__device__ const float TAIL = {_single(ziggurat_nor_r_f)};",
            f"__device__ const float TAIL_INVERSE = {_single(ziggurat_nor_inv_r_f)};",
        ]
    )


def _table(kind, name, values):
    return f"__device__ const {kind} {name}[256] = {{{', '.join(values)}}};"


def _single(value):
    return f"{float(value).hex()}f"

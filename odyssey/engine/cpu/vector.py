"""Eight numbers as one value of compiled code, so that the loops over blocks need not hope for LLVM's vectoriser.

The vectoriser gives up on a loop that writes several arrays, because they might overlap; where numbers are loaded,
computed with and stored eight at a time there is nothing to prove. Rows of blocks are padded to a multiple of
`LANES` (`odyssey.engine.cpu.layout`), so that no loop has a remainder.

All functions are for compiled code. There + − × ÷ and < work on two vectors, and on a vector and a number.
"""

import operator

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

LANES = 8


class Vector(types.Type):
    """The type of eight numbers of the type `scalar`."""

    def __init__(self, scalar: types.Float):
        self.scalar = scalar
        super().__init__(name=f"Vector({scalar})")


class Mask(types.Type):
    """The type of eight truth values, which comparing vectors gives."""

    def __init__(self):
        super().__init__(name="Mask")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.scalar).get_value_type(), LANES))


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(ir.IntType(1), LANES))


@intrinsic
def load(typing_context, array, *index):
    """The eight numbers of `array` from `index` on; the index is not checked."""
    place = types.StarArgTuple(index)

    def generate(context, builder, signature, arguments):
        address = _vector_address(context, builder, array, place, *arguments)
        return builder.load(address, align=array.dtype.bitwidth // 8)

    return Vector(array.dtype)(array, place), generate


@intrinsic
def store(typing_context, vector, array, *index):
    """Write a vector to `array` from `index` on; the index is not checked."""
    place = types.StarArgTuple(index)

    def generate(context, builder, signature, arguments):
        address = _vector_address(context, builder, array, place, *arguments[1:])
        builder.store(arguments[0], address, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(vector, array, place), generate


def _address(context, builder, array_type, index_type, array, index):
    """The address of an item of an array."""
    items = zip(cgutils.unpack_tuple(builder, index), index_type.types, strict=True)
    indices = [context.cast(builder, item, kind, types.intp) for item, kind in items]
    view = context.make_array(array_type)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, array_type, view, indices, wraparound=False)


def _vector_address(context, builder, array_type, *arguments):
    """The same as the address of a vector."""
    address = _address(context, builder, array_type, *arguments)
    return builder.bitcast(address, context.get_value_type(Vector(array_type.dtype)).as_pointer())


@intrinsic
def splat(typing_context, number):
    """A vector of eight times the same number."""

    def generate(context, builder, signature, arguments):
        return _splat(context, builder, signature.return_type, *arguments)

    return Vector(number)(number), generate


def _splat(context, builder, vector_type, number):
    nothing = ir.Constant(context.get_value_type(vector_type), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, _order([0] * LANES))


@intrinsic
def repeated(typing_context, array, *index):
    """A vector of eight times the number of `array` at `index`, which is not checked: for inner loops.

    The subscript of Python asks first whether an index counts from the end.
    """
    place = types.StarArgTuple(index)

    def generate(context, builder, signature, arguments):
        number = builder.load(_address(context, builder, array, place, *arguments))
        return _splat(context, builder, signature.return_type, number)

    return Vector(array.dtype)(array, place), generate


@intrinsic
def select(typing_context, mask, yes, no):
    """`yes` where the mask is true, else `no`, number by number; for single numbers too."""
    return yes(mask, yes, no), lambda context, builder, signature, arguments: builder.select(*arguments)


@intrinsic
def lane(typing_context, vector, k):
    """Number k of a vector."""
    return vector.scalar(vector, k), lambda context, builder, signature, arguments: builder.extract_element(*arguments)


@intrinsic
def with_lane(typing_context, vector, k, number):
    """The vector with its number k replaced."""

    def generate(context, builder, signature, arguments):
        return builder.insert_element(arguments[0], arguments[2], arguments[1])

    return vector(vector, k, number), generate


@intrinsic
def sums(typing_context, a, b, c, d, e, f, g, h):
    """The vector of the sums of eight vectors: pairs of neighbours, then fours, then eights."""

    def generate(context, builder, signature, vectors):
        width = 1
        while len(vectors) > 1:
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [_add_neighbours(builder, first, second, width) for first, second in pairs]
            width *= 2
        return vectors[0]

    return a(a, b, c, d, e, f, g, h), generate


def _add_neighbours(builder, first, second, width):
    """Sums of each two neighbouring groups of `width` numbers; those of `first` and `second` alternate."""
    pairs = np.arange(2 * LANES).reshape(2, LANES // (2 * width), 2, width)  # of which, which pair, which group
    even, odd = (pairs[:, :, group].transpose(1, 0, 2).reshape(LANES) for group in (0, 1))
    return builder.fadd(
        builder.shuffle_vector(first, second, _order(even)), builder.shuffle_vector(first, second, _order(odd))
    )


def _order(lanes):
    return ir.Constant(ir.VectorType(ir.IntType(32), LANES), [int(lane) for lane in lanes])


@intrinsic
def _add(typing_context, x, y):
    return x(x, y), lambda context, builder, signature, arguments: builder.fadd(*arguments)


@intrinsic
def _subtract(typing_context, x, y):
    return x(x, y), lambda context, builder, signature, arguments: builder.fsub(*arguments)


@intrinsic
def _multiply(typing_context, x, y):
    return x(x, y), lambda context, builder, signature, arguments: builder.fmul(*arguments)


@intrinsic
def _divide(typing_context, x, y):
    return x(x, y), lambda context, builder, signature, arguments: builder.fdiv(*arguments)


@intrinsic
def _less(typing_context, x, y):
    return Mask()(x, y), lambda context, builder, signature, arguments: builder.fcmp_ordered("<", *arguments)


def _overload(symbol, instruction):
    """Let `symbol` mean `instruction` where one side is a vector and the other one too, or a number."""

    @overload(symbol, inline="always")
    def of_vectors(x, y):
        if isinstance(x, Vector) and isinstance(y, Vector):
            return lambda x, y: instruction(x, y)
        if isinstance(x, Vector) and y == x.scalar:
            return lambda x, y: instruction(x, splat(y))
        if isinstance(y, Vector) and x == y.scalar:
            return lambda x, y: instruction(splat(x), y)
        return None


for _symbols, _instruction in {
    (operator.add, operator.iadd): _add,
    (operator.sub, operator.isub): _subtract,
    (operator.mul, operator.imul): _multiply,
    (operator.truediv, operator.itruediv): _divide,
    (operator.lt,): _less,
}.items():
    for _symbol in _symbols:
        _overload(_symbol, _instruction)

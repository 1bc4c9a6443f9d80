"""Redrawing digits a little, so that the network sees no image twice."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from tutorial_helpers.training.network import SIDE


def _warp(key: jax.Array, image: jax.Array) -> jax.Array:
    """Turn, shear, stretch, move and bend one (28, 28) image a little."""
    moving, bending = jax.random.split(key)
    turn, shear, tall, wide, down, right = jax.random.uniform(moving, (6,), minval=-1, maxval=1)
    angle = jnp.deg2rad(10.0) * turn
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    affine = jnp.array([[cos, -sin], [sin, cos]]) @ jnp.array([[1.0, 0.0], [0.2 * shear, 1.0]])
    affine = affine / (1.0 + 0.12 * jnp.array([tall, wide]))
    shift = jnp.array([down, right])  # at most a pixel, because MNIST is centred
    # The bend is a coarse random displacement, enlarged smoothly to the size of the image.
    coarse = jax.random.normal(bending, (2, 5, 5))
    bend = 0.5 * jax.image.resize(coarse, (2, SIDE, SIDE), "cubic")
    centre = (SIDE - 1) / 2
    grid = jnp.stack(jnp.meshgrid(*2 * [jnp.arange(SIDE) - centre], indexing="ij"))
    # Where in the old image each pixel of the new one comes from.
    source = jnp.einsum("ij,jyx->iyx", affine, grid) + shift[:, None, None] + bend + centre
    warped: jax.Array = jax.scipy.ndimage.map_coordinates(image, list(source), order=1)
    return warped


def _coarsen(key: jax.Array, image: jax.Array) -> jax.Array:
    """Mix one image with a copy that went through 8x8 pixels and was sharpened again."""
    how_much, how_sharp = jax.random.split(key)
    small = jax.image.resize(image[4:24, 4:24], (8, 8), "linear")  # of the box with the digit
    box = jax.image.resize(small, (20, 20), "cubic")
    contrast = jax.random.uniform(how_sharp, minval=1.0, maxval=2.5)
    box = jnp.clip(contrast * (box - 127.5) + 127.5, 0, 255)
    copy = jnp.zeros_like(image).at[4:24, 4:24].set(box)
    # Two thirds of the images stay as they are. The others get all degrees of coarseness.
    share = jnp.clip(jax.random.uniform(how_much, minval=-2.0, maxval=1.0), 0.0)
    return (1 - share) * image + share * copy


def _thicken(key: jax.Array, image: jax.Array) -> jax.Array:
    """Make the strokes of one image bolder or finer."""
    wide = jax.lax.reduce_window(image, -jnp.inf, jax.lax.max, (3, 3), (1, 1), "SAME")
    fine = jax.lax.reduce_window(image, jnp.inf, jax.lax.min, (3, 3), (1, 1), "SAME")
    share = jax.random.uniform(key, minval=-0.3, maxval=0.4)
    return image + jnp.abs(share) * (jnp.where(share > 0, wide, fine) - image)


def augment(key: jax.Array, images: jax.Array) -> jax.Array:
    """Redraw digits slightly differently, each in its own way.

    Each digit gets a random affine map and a gentle bend, a coarser resolution, bolder or finer
    strokes, and fainter or stronger ink. The network sees no image twice, so it cannot learn the
    images by heart.

    Parameters
    ----------
    key : jax.Array
        A JAX random key; the same key gives the same images.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.

    Returns
    -------
    jax.Array of float32, shape (n, 784)
        Grey levels, whole numbers from 0 to 255.

    Examples
    --------
    >>> blank = jnp.zeros((20, 784), dtype=jnp.uint8)
    >>> float(jax.jit(augment)(jax.random.key(0), blank).max())
    0.0
    """

    def one(key: jax.Array, image: jax.Array) -> jax.Array:
        warp, coarsen, thicken, ink = jax.random.split(key, 4)
        image = _warp(warp, image.reshape(SIDE, SIDE).astype(jnp.float32))
        image = _thicken(thicken, _coarsen(coarsen, image))
        image = image * jax.random.uniform(ink, minval=0.8, maxval=1.25)
        return jnp.clip(jnp.round(image), 0, 255).reshape(-1)

    return jax.vmap(one)(jax.random.split(key, len(images)), images)

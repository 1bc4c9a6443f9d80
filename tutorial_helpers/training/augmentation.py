"""Redrawing digits a little, so that the network sees no image twice."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from tutorial_helpers.training.network import SIDE


def _warp(key: jax.Array, image: jax.Array) -> jax.Array:
    """Turn, shear, stretch, move and bend one (28, 28) image a little."""
    moving, bending = jax.random.split(key)
    turn, shear, tall, wide, down, right = jax.random.uniform(moving, (6,), minval=-1, maxval=1)
    angle = jnp.deg2rad(7.0) * turn
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    affine = jnp.array([[cos, -sin], [sin, cos]]) @ jnp.array([[1.0, 0.0], [0.14 * shear, 1.0]])
    affine = affine / (1.0 + 0.08 * jnp.array([tall, wide]))
    shift = 0.7 * jnp.array([down, right])  # less than a pixel, because MNIST is centred
    # The bend is a coarse random displacement, enlarged smoothly to the size of the image.
    coarse = jax.random.normal(bending, (2, 5, 5))
    bend = 0.5 * jax.image.resize(coarse, (2, SIDE, SIDE), "cubic")
    centre = (SIDE - 1) / 2
    grid = jnp.stack(jnp.meshgrid(*2 * [jnp.arange(SIDE) - centre], indexing="ij"))
    # Where in the old image each pixel of the new one comes from.
    source = jnp.einsum("ij,jyx->iyx", affine, grid) + shift[:, None, None] + bend + centre
    warped: jax.Array = jax.scipy.ndimage.map_coordinates(image, list(source), order=1)
    return warped


def _thicken(key: jax.Array, image: jax.Array) -> jax.Array:
    """Make the strokes of one image bolder or finer."""
    wide = jax.lax.reduce_window(image, -jnp.inf, jax.lax.max, (3, 3), (1, 1), "SAME")
    fine = jax.lax.reduce_window(image, jnp.inf, jax.lax.min, (3, 3), (1, 1), "SAME")
    share = jax.random.uniform(key, minval=-0.1, maxval=0.1)
    return image + jnp.abs(share) * (jnp.where(share > 0, wide, fine) - image)


def augment(key: jax.Array, images: jax.Array) -> jax.Array:
    """Redraw digits slightly differently, each in its own way.

    Each digit gets a random affine map, a gentle bend, and bolder or finer strokes. So the network
    cannot learn the images by heart. Stronger changes would make a network of this size learn
    digits that MNIST does not have, at the cost of those that it has.

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
    return augment_each(jax.random.split(key, len(images)), images)


def augment_each(keys: jax.Array, images: jax.Array) -> jax.Array:
    """Redraw digits as `augment` does, each with a key of its own.

    Parameters
    ----------
    keys : jax.Array, shape (n,)
        JAX random keys.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.

    Returns
    -------
    jax.Array of float32, shape (n, 784)
        Grey levels, whole numbers from 0 to 255.

    Examples
    --------
    >>> keys = jax.random.split(jax.random.key(0), 3)
    >>> jax.jit(augment_each)(keys, jnp.zeros((3, 784), dtype=jnp.uint8)).shape
    (3, 784)
    """

    def one(key: jax.Array, image: jax.Array) -> jax.Array:
        warp, thicken = jax.random.split(key)
        image = _warp(warp, image.reshape(SIDE, SIDE).astype(jnp.float32))
        image = _thicken(thicken, image)
        return jnp.clip(jnp.round(image), 0, 255).reshape(-1)

    return jax.vmap(one)(keys, images)

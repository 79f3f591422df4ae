// A red-black tree with parent pointers (Cormen et al., "Introduction to Algorithms", chapter 13): insertion, search, removal.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT 4096

struct node {
  struct node *parent;
  struct node *left;
  struct node *right;
  uint64_t key;
  bool red;
};
static struct node pool[COUNT];
// Stands for every leaf, and for the root's parent.
static struct node sentinel;
static struct node *const nil = &sentinel;
static struct node *root = &sentinel;

static void rotate_to_left(struct node *x) {
  struct node *y = x->right;
  x->right = y->left;
  if (y->left != nil) y->left->parent = x;
  y->parent = x->parent;
  if (x->parent == nil) root = y;
  else if (x == x->parent->left) x->parent->left = y;
  else x->parent->right = y;
  y->left = x;
  x->parent = y;
}

static void rotate_to_right(struct node *x) {
  struct node *y = x->left;
  x->left = y->right;
  if (y->right != nil) y->right->parent = x;
  y->parent = x->parent;
  if (x->parent == nil) root = y;
  else if (x == x->parent->right) x->parent->right = y;
  else x->parent->left = y;
  y->right = x;
  x->parent = y;
}

static void insert(struct node *node) {
  struct node *parent = nil;
  struct node *at = root;
  while (at != nil) {
    parent = at;
    at = node->key < at->key ? at->left : at->right;
  }
  node->parent = parent;
  node->left = nil;
  node->right = nil;
  node->red = true;
  if (parent == nil) root = node;
  else if (node->key < parent->key) parent->left = node;
  else parent->right = node;

  struct node *z = node;
  while (z->parent->red) {
    struct node *grand = z->parent->parent;
    if (z->parent == grand->left) {
      struct node *uncle = grand->right;
      if (uncle->red) {
        z->parent->red = false;
        uncle->red = false;
        grand->red = true;
        z = grand;
      } else {
        if (z == z->parent->right) {
          z = z->parent;
          rotate_to_left(z);
        }
        z->parent->red = false;
        grand->red = true;
        rotate_to_right(grand);
      }
    } else {
      struct node *uncle = grand->left;
      if (uncle->red) {
        z->parent->red = false;
        uncle->red = false;
        grand->red = true;
        z = grand;
      } else {
        if (z == z->parent->left) {
          z = z->parent;
          rotate_to_right(z);
        }
        z->parent->red = false;
        grand->red = true;
        rotate_to_left(grand);
      }
    }
  }
  root->red = false;
}

static void transplant(struct node *u, struct node *v) {
  if (u->parent == nil) root = v;
  else if (u == u->parent->left) u->parent->left = v;
  else u->parent->right = v;
  v->parent = u->parent;
}

static void repair(struct node *from) {
  struct node *x = from;
  while (x != root && !x->red) {
    if (x == x->parent->left) {
      struct node *w = x->parent->right;
      if (w->red) {
        w->red = false;
        x->parent->red = true;
        rotate_to_left(x->parent);
        w = x->parent->right;
      }
      if (!w->left->red && !w->right->red) {
        w->red = true;
        x = x->parent;
      } else {
        if (!w->right->red) {
          w->left->red = false;
          w->red = true;
          rotate_to_right(w);
          w = x->parent->right;
        }
        w->red = x->parent->red;
        x->parent->red = false;
        w->right->red = false;
        rotate_to_left(x->parent);
        x = root;
      }
    } else {
      struct node *w = x->parent->left;
      if (w->red) {
        w->red = false;
        x->parent->red = true;
        rotate_to_right(x->parent);
        w = x->parent->left;
      }
      if (!w->right->red && !w->left->red) {
        w->red = true;
        x = x->parent;
      } else {
        if (!w->left->red) {
          w->right->red = false;
          w->red = true;
          rotate_to_left(w);
          w = x->parent->left;
        }
        w->red = x->parent->red;
        x->parent->red = false;
        w->left->red = false;
        rotate_to_right(x->parent);
        x = root;
      }
    }
  }
  x->red = false;
}

static void erase(struct node *z) {
  bool was_red = z->red;
  struct node *x = nil;
  if (z->left == nil) {
    x = z->right;
    transplant(z, z->right);
  } else if (z->right == nil) {
    x = z->left;
    transplant(z, z->left);
  } else {
    struct node *y = z->right;
    while (y->left != nil) y = y->left;
    was_red = y->red;
    x = y->right;
    if (y->parent == z) x->parent = y;
    else {
      transplant(y, y->right);
      y->right = z->right;
      y->right->parent = y;
    }
    transplant(z, y);
    y->left = z->left;
    y->left->parent = y;
    y->red = z->red;
  }
  if (!was_red) repair(x);
}

static struct node *find(uint64_t key) {
  struct node *at = root;
  while (at != nil && at->key != key) at = key < at->key ? at->left : at->right;
  return at;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint64_t x = 12345;
  for (uint64_t round = 0; round < rounds; round++) {
    root = nil;
    for (size_t i = 0; i < COUNT; i++) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      pool[i].key = x >> 33;
      insert(&pool[i]);
    }
    for (size_t i = 0; i < COUNT; i++) hash = hash * 3 + find(pool[i].key ^ (i & 1))->key;
    for (size_t i = 0; i < COUNT; i += 2) erase(&pool[i]);
    hash = hash * 5 + root->key;
    for (size_t i = 1; i < COUNT; i += 2) erase(&pool[i]);
  }
  return hash;
}

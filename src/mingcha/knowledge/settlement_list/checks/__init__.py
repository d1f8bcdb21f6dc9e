"""The numbered checks of the settlement list: of each field by its form, and of how fields go together.

A number is the letter of the node, the place of the field in it and what is checked (1 必填, 2 格式, 3 代码); from
90 on stand the checks of more than one field. Numbers are never reused.
"""

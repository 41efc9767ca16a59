#!/usr/bin/env python3
"""check_log.py must accuse the impolite and nobody else."""
import unittest

from check_log import judge


def served(*spans, host="a", complete=True, path="/"):
    return [{"host": host, "address": "127.0.0.1", "path": path, "agent": "", "complete": complete,
             "start_us": int(start * 1e6), "end_us": int(end * 1e6)} for start, end in spans]


class Judge(unittest.TestCase):
    def test_polite_at_the_limit(self):
        figures, violations = judge(served((0, 1), (2, 2.5), (3.5, 4)), gap=1.0, per_host=1)
        self.assertEqual(violations, [])
        self.assertEqual(figures["smallest_gap_s"], 1.0)

    def test_gap_a_microsecond_short(self):
        self.assertEqual(len(judge(served((0, 1), (1.999999, 3)), gap=1.0)[1]), 1)

    def test_gap_counts_from_the_end_not_the_start(self):
        self.assertEqual(len(judge(served((0, 5), (5.5, 6)), gap=1.0)[1]), 1)

    def test_hosts_are_apart(self):
        self.assertEqual(judge(served((0, 1)) + served((1, 2), host="b"), gap=1.0, per_host=1)[1], [])
        self.assertEqual(len(judge(served((0, 1)) + served((1, 2), host="b"), gap=1.0, key="address")[1]), 1)

    def test_overlap(self):
        figures, violations = judge(served((0, 2), (1, 3), (1.5, 4)), per_host=2)
        self.assertEqual(figures["peak_per_host"], 3)
        self.assertEqual(len(violations), 1)

    def test_touching_is_no_overlap(self):
        self.assertEqual(judge(served((0, 1), (1, 2)), per_host=1)[1], [])

    def test_broken_off_answer_proves_no_gap(self):
        self.assertEqual(judge(served((0, 5), complete=False) + served((5.1, 6)), gap=1.0)[1], [])

    def test_private(self):
        self.assertEqual(len(judge(served((0, 1), path="/private/1"), no_private=True)[1]), 1)
        self.assertEqual(judge(served((0, 1), path="/private/1"))[1], [])


if __name__ == "__main__":
    unittest.main()

using FsCheck;
using FsCheck.Xunit;

namespace GBlend.MLNet.Tests.Components;

public sealed class RowFoldsTests
{
    [Property]
    public void The_rows_of_every_class_are_dealt_evenly(NonEmptyArray<byte> labels, PositiveInt folds, int seed)
    {
        int[] classes = [.. labels.Get.Select(l => l % 4)];
        int count = (folds.Get % 7) + 2;
        int[] fold = RowFolds.Assign(classes, [.. Enumerable.Range(0, classes.Length)], count, new System.Random(seed));
        Assert.All(fold, f => Assert.InRange(f, 0, count - 1));
        for (int c = 0; c < 4; c++)
        {
            int[] ofClass = [.. fold.Where((_, row) => classes[row] == c)], sizes = [.. Enumerable.Range(0, count).Select(f => ofClass.Count(s => s == f))];
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        }
    }

    [Property]
    public void Groups_stay_together_and_no_fold_is_empty(NonEmptyArray<(byte Group, byte Class)> rows, PositiveInt folds, int seed)
    {
        int[] groups = [.. rows.Get.Select(r => r.Group % 16)], classes = [.. rows.Get.Select(r => r.Class % 3)];
        int count = (folds.Get % 7) + 2;
        if (groups.Distinct().Count() < count)
            return;
        int[] fold = RowFolds.Assign(classes, groups, count, new System.Random(seed));
        Assert.All(groups.Zip(fold).GroupBy(p => p.First), g => Assert.Single(g.Select(p => p.Second).Distinct()));
        Assert.Equal(count, fold.Distinct().Count());
        Assert.Equal(fold, RowFolds.Assign(classes, groups, count, new System.Random(seed)));
    }

    [Fact]
    public void Groups_of_one_class_are_spread_over_the_folds()
    {
        // Twelve speakers of ten rows, three of whom say yes.
        int[] groups = [.. Enumerable.Range(0, 120).Select(i => i / 10)], classes = [.. groups.Select(g => g < 3 ? 1 : 0)];
        for (int seed = 0; seed < 50; seed++)
        {
            int[] fold = RowFolds.Assign(classes, groups, 3, new System.Random(seed));
            Assert.Equal(3, fold.Where((_, row) => classes[row] == 1).Distinct().Count());
            Assert.All(fold.CountBy(f => f), f => Assert.Equal(40, f.Value));
        }
    }

    [Property]
    public void Every_fold_leaves_rows_of_every_class_to_train_on(NonEmptyArray<(byte Group, byte Class)> rows, bool hasGroups, PositiveInt folds, int seed)
    {
        int[] groups = Numbered([.. rows.Get.Select(r => r.Group % 16)]);
        long[] classes = [.. rows.Get.Select(r => (long)(r.Class % 6))];
        int count = (folds.Get % 7) + 2;
        int[] fold = RowFolds.Divide(classes, hasGroups ? groups : null, classes.Length, count, new System.Random(seed));
        Assert.Equal(classes.Length, fold.Length);
        Assert.All(fold, f => Assert.InRange(f, TrainingRows.NoFold, count - 1));
        Assert.NotEqual(1, fold.Max() + 1);
        Assert.Equal(fold.Max() + 1, fold.Distinct().Count(f => f != TrainingRows.NoFold));
        if (hasGroups)
            Assert.All(groups.Zip(fold).GroupBy(p => p.First), g => Assert.Single(g.Select(p => p.Second).Distinct()));
        for (int f = 0; f <= fold.Max(); f++)
            Assert.Equal(classes.Distinct().Order(), classes.Where((_, row) => fold[row] != f).Distinct().Order());
        // Without groups, two rows of a class are enough for both to be judged.
        if (!hasGroups && fold.Max() > 0)
            Assert.All(classes.Index().GroupBy(c => c.Item).Where(c => c.Count() > 1),
                c => Assert.All(c, row => Assert.NotEqual(TrainingRows.NoFold, fold[row.Index])));
        Assert.Equal(fold, RowFolds.Divide(classes, hasGroups ? groups : null, classes.Length, count, new System.Random(seed)));
    }

    [Fact]
    public void A_class_of_one_row_is_always_trained_on()
    {
        long[] classes = [0, 0, 0, 0, 1, 2, 2];
        int[] fold = RowFolds.Divide(classes, null, 7, 5, new System.Random(1));
        Assert.Equal(TrainingRows.NoFold, fold[4]);
        Assert.Equal(5, fold.Max() + 1);
    }

    [Fact]
    public void One_group_alone_is_no_fold()
    {
        Assert.All(RowFolds.Divide(null, [0, 0, 0], 3, 5, new System.Random(1)), f => Assert.Equal(TrainingRows.NoFold, f));
        Assert.Equal(2, RowFolds.Divide(null, [0, 0, 1], 3, 5, new System.Random(1)).Max() + 1);
    }

    private static int[] Numbered(int[] values)
    {
        int[] distinct = [.. values.Distinct()];
        return [.. values.Select(v => Array.IndexOf(distinct, v))];
    }
}

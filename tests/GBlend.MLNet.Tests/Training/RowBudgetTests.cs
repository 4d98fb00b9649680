using GBlend.MLNet.Tests.Components;
using Microsoft.ML;

namespace GBlend.MLNet.Tests;

[Collection(nameof(ProcessWide))]
public sealed class RowBudgetTests
{
    [Fact]
    public void Fits_without_a_budget_of_their_own_share_one()
    {
        long all = RowBudget.OfProcess.Left;
        using RowMemory one = new(RowBudget.OfProcess), other = new(RowBudget.OfProcess), own = new(1000);
        Assert.True(one.TryTake(all / 4 * 3));
        Assert.False(other.TryTake(all / 2));
        Assert.True(other.TryTake(all / 8));
        Assert.True(own.TryTake(1000));
        one.GiveBack(all / 4);
        Assert.True(other.TryTake(all / 4));
        one.Dispose();
        other.Dispose();
        Assert.Equal(all, RowBudget.OfProcess.Left);
    }

    [Fact]
    public void Rows_that_are_read_take_of_the_shared_budget_until_their_fit_is_over()
    {
        var ml = new MLContext(1);
        long all = RowBudget.OfProcess.Left;
        var data = Samples.Read(ml.KeyedView(Samples.Rows(600)));
        Assert.Equal(all - 600 * 7 * sizeof(float), RowBudget.OfProcess.Left);
        using (var more = data.Rows.MoreMemory())
            Assert.True(more.TryTake(100));
        data.Rows.Dispose();
        Assert.Equal(all, RowBudget.OfProcess.Left);
        ml.Trainer().Fit(ml.KeyedView(Samples.Rows())).Dispose();
        Assert.Equal(all, RowBudget.OfProcess.Left);
    }

    [Fact]
    public void Fits_that_fail_give_back_what_they_took()
    {
        var ml = new MLContext(1);
        long all = RowBudget.OfProcess.Left;
        var rows = Samples.Rows();
        rows[^1].A[0] = float.NaN;
        Assert.Throws<InvalidOperationException>(() => ml.Trainer().Fit(ml.KeyedView(rows)));
        var view = ml.KeyedView(Samples.Rows());
        using (var shared = ml.Trainer(o => o.Seed = 1).ReadRows(view))
        {
            long left = RowBudget.OfProcess.Left;
            // The encoder does not fit the column, which shows when the network is built.
            Assert.Throws<ArgumentException>(() => ml.Trainer(o => (o.Seed, o.Modalities[0]) = (2, Modality.Image("A"))).Begin(shared));
            Assert.Equal(left, RowBudget.OfProcess.Left);
        }
        Assert.Equal(all, RowBudget.OfProcess.Left);
    }

    [Fact]
    public void Budget_is_exact_under_many_threads()
    {
        var budget = new RowBudget(1000);
        long most = 0;
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 20_000; i++)
            {
                long wanted = random.Next(1, 400);
                if (!budget.TryTake(wanted))
                    continue;
                InterlockedMax(ref most, 1000 - budget.Left);
                budget.GiveBack(wanted);
            }
        });
        Assert.Equal(1000, budget.Left);
        Assert.InRange(most, 1, 1000);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (long seen = Interlocked.Read(ref most); value > seen; seen = Interlocked.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}

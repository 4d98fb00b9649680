namespace GBlend.MLNet.Tests.Answers;

public sealed class JudgedAnswerTests
{
    private static readonly double[] s_one = [1, 2, 3, 4], s_other = [1, 1, 1, 1];

    [Fact]
    public void The_error_of_a_difference_is_that_of_its_mean_over_rows()
    {
        var answer = new JudgedAnswer(s_one, null, null);
        Assert.Equal(2.5, answer.Mean);
        // The differences are 0, 1, 2 and 3: variance 5 / 3, over four rows.
        Assert.Equal(Math.Sqrt(5.0 / 3 / 4), answer.ErrorOfDifference(new(s_other, null, null)), 12);
        Assert.Equal(0, answer.ErrorOfDifference(answer));
    }

    [Fact]
    public void Rows_of_one_group_are_one_unit()
    {
        // Two groups whose means are 0.5 and 2.5: variance 2, over two groups.
        Assert.Equal(1, new JudgedAnswer(s_one, null, [7, 7, 3, 3]).ErrorOfDifference(new(s_other, null, [7, 7, 3, 3])), 12);
    }
}

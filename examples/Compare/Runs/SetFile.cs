using QuickStart;

namespace Compare;

/// <summary>Which rows the results of a folder are of: a checksum per set, so that results of other rows are not taken for theirs.</summary>
internal sealed class SetFile(string path)
{
    private const string Header = "Set,Checksum";

    /// <exception cref="UserErrorException">There are results of a set of the same name and other rows.</exception>
    public void Check(IReadOnlyList<DataSet> sets)
    {
        var known = File.Exists(path) ? File.ReadLines(path).Skip(1).Select(line => line.Split(',')).Where(c => c.Length == 2).ToDictionary(c => c[0], c => c[1]) : [];
        foreach (var set in sets)
        {
            string checksum = set.Checksum();
            if (!known.TryGetValue(set.Name, out string? before))
                CsvLines.Append(path, Header, $"{set.Name},{checksum}\n");
            else if (before != checksum)
                throw new UserErrorException($"The rows of {set.Name} are not those that the results in {Path.GetDirectoryName(path)} are of. Write to another folder with --out, or remove the results there.");
        }
    }
}

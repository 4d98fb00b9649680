namespace Compare;

/// <summary>Which rows the results of a folder are of: a checksum per set, so that results of other rows are not taken for theirs.</summary>
internal sealed class SetFile(string path)
{
    private const string Header = "Set,Checksum";

    /// <exception cref="UserErrorException">There are results of a set of the same name and other rows.</exception>
    public void Check(IReadOnlyList<DataSet> sets)
    {
        var known = CsvLines.Read(path, Header).Where(row => row.Cells.Count == 2).ToDictionary(row => row.Cells[0], row => row.Cells[1]);
        foreach (var set in sets)
        {
            string checksum = set.Checksum();
            if (!known.TryGetValue(set.Name, out string? before))
                CsvLines.Append(path, Header, $"{CsvFile.Cell(set.Name)},{checksum}\n");
            else if (before != checksum)
                throw new UserErrorException($"The rows of {set.Name} are not those that the results in {Path.GetDirectoryName(path)} are of. Write to another "
                    + $"folder with --out, or remove the results there.");
        }
    }
}
